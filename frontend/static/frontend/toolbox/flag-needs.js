// The prerequisites of a flag: chosen from flags that do not need it themselves; and what goes off with it.
import {icon, say} from '../lib.js';
import {html, live, nothing} from '../vendor/lit.js';
import {framed, liveLine, problemLines, write} from './field-frame.js';
import {referenceField} from './fields.js';
import {circleWith, dependents, flagsOf, goingOff, needsOf} from './flag-effects.js';
import {inEnvironment, isLive, offVariant, variantsOf} from './flag-model.js';
import {list} from './sections.js';

/** @typedef {import('./form-element.js').FormElement} FormElement */

/** Flags that would close a circle, by the snapshot: a picker asks for each. @type {WeakMap<object, Map<string, Set<string>>>} */
const circles = new WeakMap();

/** @param {any} snapshot @param {string} key @returns {Set<string>} */
function circular(snapshot, key) {
  const known = circles.get(snapshot) ?? new Map();
  circles.set(snapshot, known);
  if (!known.has(key)) {
    // Whoever needs this flag, however far.
    const found = new Set([key]);
    for (const name of found) dependents(snapshot, name).forEach(flag => found.add(flag.key));
    known.set(key, found);
  }
  return known.get(key);
}

/** @param {string} key */
const link = key => html`<a href=${`#/featureFlags/${encodeURIComponent(key)}`}><code>${key}</code></a>`;
/** @param {string[]} keys */
const links = keys => keys.map((key, at) => html`${at ? ', ' : ''}${link(key)}`);

/** @param {FormElement} form of the flag @param {string} environment where what is served is told */
export function needsEditor(form, environment) {
  const flag = form.item;
  const {snapshot} = form.draft;
  const needs = list(flag.prerequisites);
  const circular_ = circular(snapshot, flag.key);
  const others = [...circular_].filter(key => key !== flag.key);
  const free = [...flagsOf(snapshot).keys()].filter(key => !circular_.has(key) && !needs.some(need => need?.flag === key));
  return html`<div class="stack tight" data-path="prerequisites"><p class="hint">${needs.length ? say('Each must serve what it must, for the same context; otherwise this flag is off.') : say('This flag needs no other.')}</p>
    ${needs.map((need, at) => row(form, need, at, environment, circular_))}
    ${form.liveItem && needsOf(form.liveItem).length !== needs.length ? liveLine({form: /** @type {any} */ (form), path: 'prerequisites', label: say('Prerequisites')}) : nothing}
    ${problemLines(form.problemsAt('prerequisites').filter(problem => problem.path === 'prerequisites'))}
    ${form.readOnly ? nothing : html`<div class="row"><select class="inp sm adder" aria-label=${say('Add a prerequisite')} ?disabled=${free.length === 0} @change=${(/** @type {any} */ event) => {
    write(form, 'prerequisites', [...needs, {flag: event.target.value}], say('Prerequisites'));
    event.target.value = '';
  }}><option value="">${free.length ? say('Add a prerequisite…') : say('There is no other flag to need')}</option>${free.map(key => html`<option value=${key}>${key}</option>`)}</select></div>
    ${others.length ? html`<p class="hint">${say('Not offered, as they need this flag themselves:')} ${links(others.slice(0, 12))}</p>` : nothing}`}</div>`;
}

/** @param {FormElement} form @param {any} need @param {number} at @param {string} environment @param {Set<string>} circular_ */
function row(form, need, at, environment, circular_) {
  const needed = flagsOf(form.draft.snapshot).get(need?.flag);
  const circle = need?.flag && circular_.has(need.flag) ? circleWith(form.draft.snapshot, form.item.key, need.flag) : null;
  const state = needed && inEnvironment(needed, environment).state;
  const keys = needed ? variantsOf(needed).map(({key}) => key) : [];
  const off = needed ? offVariant(needed) : 'off';
  const path = ['prerequisites', at];
  return html`<div class="need" data-path=${path.join('/')}>
    ${referenceField({form, path: [...path, 'flag'], section: 'featureFlags', label: say('Flag'), required: true, fits: id => !circular_.has(id)})}
    ${framed({form, path: [...path, 'variant'], label: say('Must serve')}, html`<select class="inp" aria-label=${say('Must serve')} ?disabled=${form.readOnly}
      @change=${(/** @type {any} */ event) => write(form, [...path, 'variant'], event.target.value || undefined, say('Must serve'))}>
      <option value="" .selected=${live(need?.variant === undefined)}>${say('anything but “{variant}”', {variant: off})}</option>
      ${[...new Set([...keys, ...(need?.variant === undefined ? [] : [need.variant])])].map(key => html`<option value=${key} .selected=${live(key === need?.variant)}>${key}</option>`)}</select>`, {group: true})}
    ${form.readOnly ? nothing : html`<button type="button" class="btn ghost sm icon" aria-label=${say('Remove {id}', {id: need?.flag ?? ''})} @click=${() => {
    const rest = needsOf(form.item).filter((_, place) => place !== at);
    write(form, 'prerequisites', rest.length ? rest : undefined, say('Prerequisites'));
  }}>${icon('x', true)}</button>`}
    ${circle ? html`<p class="err all">${icon('circle-x', true)}<span>${say('A circle: {circle}. Flags in a circle are off.', {circle: circle.join(' → ')})}</span></p>`
    : needed && !isLive(state) && (need.variant ?? '') !== off ? html`<p class="hint all">${icon('triangle-alert', true)} ${say('It is off in {environment}, so this flag is off there too.', {environment})}</p>` : nothing}</div>`;
}

/** What changes elsewhere when this flag goes off, told before. @param {FormElement} form @param {string} environment */
export function effectsNote(form, environment) {
  const {snapshot} = form.draft;
  const {off, on} = goingOff(snapshot, form.item.key, environment);
  if (!off.length && !on.length) return nothing;
  const live_ = isLive(inEnvironment(form.item, environment).state);
  return html`<div class="callout w" id="tb-flag-effects">${icon('triangle-alert')}<div>
    ${off.length ? html`<p>${live_ ? say('Turning it off also turns off:') : say('It is off, and so are:')} ${links(off)}</p>` : nothing}
    ${on.length ? html`<p>${live_ ? say('Turning it off may turn on:') : say('As it is off, these may be on:')} ${links(on)}</p>` : nothing}</div></div>`;
}
