// The variants of a flag: their keys, values by the flag's type, which one is the default and which one means off.
import {icon, say} from '../lib.js';
import {html, live, nothing} from '../vendor/lit.js';
import {announce} from './announce.js';
import {framed, liveLine, problemLines, write} from './field-frame.js';
import {jsonField, numberField, textField} from './fields.js';
import {defaultVariant, emptyValue, freeName, hasType, offVariant, renameVariant, variantUses, variantsOf} from './flag-model.js';
import {list} from './sections.js';

/** @typedef {import('./form-element.js').FormElement} FormElement */

/** Whether the fields say already what differs. @param {{key: string}[]} some @param {{key: string}[]} others */
const sameKeys = (some, others) => some.map(({key}) => key).join('\n') === others.map(({key}) => key).join('\n');

/** @param {FormElement} form of the flag */
export function variantsEditor(form) {
  const flag = form.item;
  const variants = variantsOf(flag);
  const {readOnly} = form;
  const isPlain = !Array.isArray(flag.variants) && flag.type === 'boolean';
  return html`<div class="variants" data-path="variants">${isPlain
    ? html`<p class="hint">${say('A flag that is on or off has the variants “on” (true) and “off” (false).')}</p>`
    : variants.map((variant, at) => row(form, variant, at))}
    ${problemLines(form.problemsAt('variants').filter(problem => problem.path === 'variants'))}
    ${sameKeys(variants, variantsOf(form.liveItem ?? flag)) ? nothing : liveLine({form: /** @type {any} */ (form), path: 'variants', label: say('Variants')})}
    ${readOnly || isPlain ? nothing : html`<p><button type="button" class="btn sm" @click=${() => add(form)}>${icon('plus', true)}${say('Variant')}</button></p>`}
    <div class="fields">${served(form, 'defaultVariant', say('Default variant'), say('What is served when the flag is on and no rule decides.'))}
      ${served(form, 'offVariant', say('Off variant'), say('What is served when the flag is off.'))}</div></div>`;
}

/** @param {FormElement} form @param {'defaultVariant' | 'offVariant'} field @param {string} label @param {string} hint */
function served(form, field, label, hint) {
  const flag = form.item;
  const chosen = field === 'offVariant' ? offVariant(flag) : defaultVariant(flag);
  const keys = variantsOf(flag).map(({key}) => key);
  return framed({form, path: field, label, hint}, html`<select class="inp" aria-label=${label} ?disabled=${form.readOnly}
    @change=${(/** @type {any} */ event) => write(form, field, event.target.value === (field === 'offVariant' ? 'off' : 'on') ? undefined : event.target.value, label)}>
    ${keys.map(key => html`<option value=${key} .selected=${live(key === chosen)}>${key}</option>`)}
    ${keys.includes(chosen) ? nothing : html`<option value=${chosen} .selected=${live(true)}>${say('{id} (does not exist)', {id: chosen})}</option>`}</select>`, {group: true});
}

/** @param {FormElement} form @param {any} variant @param {number} at */
function row(form, variant, at) {
  const flag = form.item;
  const {readOnly} = form;
  const {rules, isDefault, isOff, flags} = variantUses(flag, variant.key, list(form.draft.snapshot.featureFlags));
  const uses = [isDefault ? say('default') : '', isOff ? say('off') : '', ...rules.map(rule => say('rule “{rule}”', {rule})), ...flags.map(key => say('needed by {flag}', {flag: key}))].filter(Boolean);
  return html`<div class="variant" data-path=${`variants/${at}`}>
    ${framed({form, path: ['variants', at, 'key'], label: say('Key')}, html`<input class="inp mono" aria-label=${say('Key')} autocomplete="off" spellcheck="false" ?readonly=${readOnly} .value=${live(String(variant.key ?? ''))}
      @change=${(/** @type {any} */ event) => rename(form, variant.key, event.target.value.trim())}>`, {group: true})}
    ${valueField(form, at, variant.value, flag.type)}
    ${readOnly ? nothing : html`<button type="button" class="btn ghost sm icon" aria-label=${say('Remove {id}', {id: variant.key})} ?disabled=${uses.length > 0} title=${uses.length ? say('In use: {uses}', {uses: uses.join(', ')}) : say('Remove')} @click=${() => remove(form, at)}>${icon('trash-2', true)}</button>`}
    <p class="hint all">${uses.length ? say('In use: {uses}', {uses: uses.join(', ')}) : say('Not in use')}</p></div>`;
}

/** A value by the flag's type. @param {FormElement} form @param {number} at @param {any} value @param {string} type */
function valueField(form, at, value, type) {
  const field = {form, path: ['variants', at, 'value'], label: say('Value'), required: true};
  if (type === 'object' || (value !== undefined && !hasType(value, type) && type !== 'boolean')) return jsonField({...field, rows: 3});
  if (type === 'boolean') {
    return framed(field, html`<select class="inp" aria-label=${field.label} ?disabled=${form.readOnly} @change=${(/** @type {any} */ event) => write(form, field.path, event.target.value === 'true', field.label)}>
      <option value="true" .selected=${live(value === true)}>true</option><option value="false" .selected=${live(value !== true)}>false</option></select>`, {group: true});
  }
  return type === 'string' ? textField(field) : numberField({...field, step: type === 'integer' ? 1 : 'any'});
}

/** @param {FormElement} form */
function add(form) {
  form.change(say('New variant of {item}', {item: form.itemId}), flag => {
    const variants = variantsOf(flag).map(variant => ({...variant}));
    const key = freeName('variant', variants.map(variant => String(variant.key)));
    flag.variants = [...variants, {key, value: emptyValue(flag.type)}];
  });
}

/** @param {FormElement} form @param {number} at */
function remove(form, at) {
  announce(say('{id} removed', {id: variantsOf(form.item)[at].key}));
  form.change(say('Variant of {item} removed', {item: form.itemId}), flag => { flag.variants = variantsOf(flag).filter((_, place) => place !== at); });
}

/** @param {FormElement} form @param {string} from @param {string} to */
function rename(form, from, to) {
  if (!to || variantsOf(form.item).some(({key}) => key === to)) {
    form.requestUpdate();
    return;
  }
  form.change(say('Variant {from} of {item} is called {to}', {from, to, item: form.itemId}), (flag, copy) => renameVariant(flag, from, to, list(copy.featureFlags)));
}
