// What every field has: a label, a hint, its problems, and what is live where it differs.
import {icon, localized, number, plural, say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import {equal} from './merge.js';
import {at, counterpart, put} from './places.js';
import {find} from './sections.js';

/**
 * @typedef {object} Form what a field belongs to: a form element or a `Scope`
 * @property {any} draft @property {string} section @property {string} itemId @property {any} item @property {any} liveItem
 * @property {(path: string) => any[]} problemsAt
 * @property {string} [prefix] of the paths in addresses, where another item's form shows this one
 */
/**
 * @typedef {object} Field
 * @property {Form} form
 * @property {string | (string | number)[]} path of the value in the item
 * @property {string} label
 * @property {string} [hint]
 * @property {boolean} [compact] in a table of fields: the label is only heard
 * @property {boolean} [required] empty is kept as it is; otherwise an empty field is left out
 * @property {boolean} [mono]
 * @property {any} [without] what counts where the field is left out
 * @property {(value: any) => string} [words] what a value is called
 */

/** @param {string | (string | number)[]} path */
const keys = path => (Array.isArray(path) ? path : [path]);

/** @param {Form} form @param {string | (string | number)[]} path @returns {any} */
export const valueOf = (form, path) => at(form.item, keys(path));

/** What people call the item of a form; not what is being typed, so that typing a title is one step of undo. @param {Form} form @returns {string} */
export const titleOf = form => localized(form.liveItem?.title ?? form.liveItem?.label) || form.itemId || form.section;

/** @param {Form} form @param {string | (string | number)[]} path @returns {string} the id of the control */
export const controlId = (form, path) => ['f', form.section, form.itemId, ...keys(path)].map(encodeURIComponent).join('.');

/**
 * Writes a field of the draft; `undefined` leaves it out.
 * @param {Form} form @param {string | (string | number)[]} path @param {any} value @param {string} label of the field, for undo
 */
export function write(form, path, value, label) {
  const where = keys(path);
  form.draft.change(say('{field} of {item}', {field: label, item: titleOf(form)}), copy => {
    if (where.length === 0) copy[form.section] = value;
    else {
      if (copy[form.section] === undefined) copy[form.section] = {};
      const item = find(copy, form.section, form.itemId);
      if (item !== null && typeof item === 'object') put(item, where, value);
    }
  });
}

/** @param {any} value of a field @returns {string} in a few words */
export function brief(value) {
  if (value === undefined) return say('not set');
  if (value === null) return '—';
  if (value === true) return say('on');
  if (value === false) return say('off');
  if (typeof value === 'number') return number(value);
  if (typeof value === 'string') return value === '' ? say('empty') : say('“{text}”', {text: cut(value)});
  if (Array.isArray(value)) {
    if (value.length === 0) return say('empty list');
    if (value.length <= 5 && value.every(entry => typeof entry !== 'object')) return cut(value.join(', '));
    return plural('{count} entry', '{count} entries', {count: value.length});
  }
  const texts = Object.entries(value);
  if (texts.length && texts.every(([, text]) => typeof text === 'string')) return texts.map(([key, text]) => `${key} ${say('“{text}”', {text: cut(text, 40)})}`).join(', ');
  return cut(JSON.stringify(value));
}

const cut = (text, length = 80) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** @param {Form} form @param {string | (string | number)[]} path @returns {'' | 'changed' | 'added'} */
export function markOf(form, path) {
  if (form.liveItem === undefined) return '';
  const {there, value} = counterpart(form.item, form.liveItem, keys(path));
  if (!there) return '';
  return equal(value, valueOf(form, path)) ? '' : 'changed';
}

/**
 * “Live: … · Restore”, where the value differs from what is live.
 * @param {Field} field
 */
export function liveLine({form, path, label, without, words: called = brief}) {
  if (!markOf(form, path)) return nothing;
  const {value} = counterpart(form.item, form.liveItem, keys(path));
  const words = value === undefined && without !== undefined ? without : called(value);
  return html`<p class="was" id="${controlId(form, path)}.live">${say('Live: {value}', {value: words})}
    ${form.draft.readOnly ? nothing : html`<button type="button" class="lnk" aria-label=${say('Restore {field}: {value}', {field: label, value: words})}
      @click=${() => write(form, path, value === undefined ? undefined : structuredClone(value), label)}>${say('Restore')}</button>`}</p>`;
}

/** @param {any[]} problems @param {string} [id] */
export const problemLines = (problems, id = '') => (problems.length === 0 ? nothing : html`<div id=${id || nothing}>${problems.slice(0, 5).map(problem =>
  html`<p class=${problem.severity === 'warning' ? 'err warn' : 'err'}>${icon(problem.severity === 'warning' ? 'triangle-alert' : 'circle-x', true)}<span>${localized(problem.message)}</span></p>`)}
  ${problems.length > 5 ? html`<p class="hint">${plural('{count} more problem', '{count} more problems', {count: problems.length - 5})}</p>` : nothing}</div>`);

/** The path as addresses have it. @param {Form} form @param {string | (string | number)[]} path */
export const addressOf = (form, path) => (form.prefix ?? '') + keys(path).join('/');

/** The attributes that bind a control to its hint, what is live and its problems. @param {Field} field */
export function binding({form, path, hint}) {
  const id = controlId(form, path), problems = form.problemsAt(keys(path).join('/'));
  const described = [hint ? `${id}.hint` : '', markOf(form, path) ? `${id}.live` : '', problems.length ? `${id}.problems` : ''].filter(Boolean).join(' ');
  return {
    id, problems, described: described || nothing, address: addressOf(form, path),
    invalid: problems.some(problem => problem.severity !== 'warning') ? 'true' : nothing,
    readOnly: Boolean(form.draft.readOnly),
  };
}

/**
 * A field around its control.
 * @param {Field} field @param {unknown} control @param {{group?: boolean, wide?: boolean}} [options] `group`: the control is several inputs
 */
export function framed(field, control, {group = false, wide = false} = {}) {
  const {id, problems} = binding(field), mark = markOf(field.form, field.path);
  const label = group
    ? html`<span class=${field.compact ? 'vh' : 'lab'} id="${id}.label">${field.label}</span>`
    : html`<label class=${field.compact ? 'vh' : 'lab'} for=${id}>${field.label}</label>`;
  return html`<div class="fd ${mark} ${wide ? 'wide' : ''}" data-path=${addressOf(field.form, field.path)}>${label}${control}
    ${field.hint ? html`<p class="hint" id="${id}.hint">${field.hint}</p>` : nothing}${liveLine(field)}${problemLines(problems, `${id}.problems`)}</div>`;
}

/**
 * Brings a field into view and focuses it; without one, what holds it.
 * @param {ParentNode} root @param {string} section @param {string} id @param {(string | number)[]} path in the item
 * @returns {boolean} whether there was one
 */
export function focusField(root, section, id, path) {
  const places = [...root.querySelectorAll('[data-path]')];
  for (let length = path.length; length > 0; length -= 1) {
    const inside = path.slice(0, length).join('/'), address = section === 'uiTokens' ? `${id}/${inside}` : inside;
    const place = places.find(one => one.getAttribute('data-path') === address);
    if (!place) continue;
    for (let around = place.closest('details'); around; around = around.parentElement?.closest('details') ?? null) around.open = true;
    const target = place.matches('input, select, textarea, button, a[href]') ? place : place.querySelector('input:not([type="color"]), select, textarea, button, a[href]') ?? place;
    target.scrollIntoView({block: 'center'});
    if (target instanceof HTMLElement) target.focus();
    return true;
  }
  return false;
}
