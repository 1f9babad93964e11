// The fields of all forms. Each takes `{form, path, label, hint?, …}` and shows its problems and what is live by itself.
import {icon, say} from '../lib.js';
import {html, ifDefined, live, nothing} from '../vendor/lit.js';
import {itemsOf} from './choices.js';
import {binding, brief, framed, valueOf, write} from './field-frame.js';
import './id-list.js';
import './json-field.js';
import './localized-field.js';
import './color-field.js';

export {itemsOf} from './choices.js';
export {focusField, liveLine, markOf, problemLines, titleOf, valueOf, write} from './field-frame.js';
/** @typedef {import('./field-frame.js').Field} Field */

/** A line of text. @param {Field & {placeholder?: string, multiline?: boolean, parse?: (text: string) => any}} field */
export function textField(field) {
  const {id, described, invalid, readOnly} = binding(field), value = valueOf(field.form, field.path);
  const store = event => {
    const text = event.target.value;
    write(field.form, field.path, text === '' && !field.required ? undefined : field.parse ? field.parse(text) : text, field.label);
  };
  const shown = value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const classes = `inp ${field.compact ? 'sm' : ''} ${field.mono ? 'mono' : ''}`;
  return framed(field, field.multiline
    ? html`<textarea class=${classes} id=${id} rows="3" aria-describedby=${described} aria-invalid=${invalid} ?readonly=${readOnly} .value=${live(shown)} @input=${store}></textarea>`
    : html`<input class=${classes} id=${id} type="text" autocomplete="off" spellcheck=${field.mono ? 'false' : nothing} aria-describedby=${described} aria-invalid=${invalid}
      placeholder=${ifDefined(field.placeholder)} ?readonly=${readOnly} .value=${live(shown)} @input=${store}>`);
}

/** @param {Field & {min?: number, max?: number, step?: number | 'any', unit?: string}} field */
export function numberField(field) {
  const {id, described, invalid, readOnly} = binding(field), value = valueOf(field.form, field.path);
  const store = event => {
    const input = event.target;
    if (input.value === '' && !input.validity.badInput) write(field.form, field.path, field.required ? null : undefined, field.label);
    else if (!Number.isNaN(input.valueAsNumber)) write(field.form, field.path, input.valueAsNumber, field.label);
  };
  const odd = value !== undefined && value !== null && typeof value !== 'number';
  return framed(odd ? {...field, hint: say('Not a number now: {value}', {value: brief(value)})} : field, html`<span class="with-unit"><input class="inp ${field.compact ? 'sm' : ''}" id=${id} type="number" inputmode="decimal"
    min=${ifDefined(field.min)} max=${ifDefined(field.max)} step=${field.step ?? 1} aria-describedby=${described} aria-invalid=${invalid} ?readonly=${readOnly}
    .value=${live(typeof value === 'number' ? String(value) : '')} @input=${store}>${field.unit ? html`<span class="unit">${field.unit}</span>` : nothing}</span>`);
}

/**
 * One of a few values.
 * @param {Field & {options: [any, string][], none?: string}} field `none`: what the choice without a value says
 */
export function selectField(field) {
  const {id, described, invalid, readOnly} = binding(field), value = valueOf(field.form, field.path);
  const known = field.options.findIndex(([option]) => option === value);
  const odd = value !== undefined && known < 0;
  const store = event => {
    const chosen = event.target.value;
    if (chosen !== 'odd') write(field.form, field.path, chosen === '' ? undefined : field.options[Number(chosen)][0], field.label);
  };
  return framed(field, html`<select class="inp ${field.compact ? 'sm' : ''}" id=${id} aria-describedby=${described} aria-invalid=${invalid} ?disabled=${readOnly} @change=${store}>
    ${field.required && value !== undefined ? nothing : html`<option value="" ?selected=${value === undefined} .selected=${live(value === undefined)}>${field.none ?? say('not set')}</option>`}
    ${field.options.map(([, words], index) => html`<option value=${index} .selected=${live(index === known)}>${words}</option>`)}
    ${odd ? html`<option value="odd" .selected=${live(true)}>${brief(value)}</option>` : nothing}</select>`);
}

/** On or off. @param {Field & {missing?: boolean}} field `missing`: what counts where it is left out */
export function switchField(field) {
  const {id, described, invalid, readOnly} = binding(field), value = valueOf(field.form, field.path) ?? field.missing ?? false;
  return framed({...field, compact: true}, html`<span class="swrow"><input type="checkbox" role="switch" class="sw" id=${id} aria-describedby=${described} aria-invalid=${invalid}
    ?disabled=${readOnly} .checked=${live(value === true)} @change=${event => write(field.form, field.path, event.target.checked, field.label)}>
    ${field.compact ? nothing : html`<span aria-hidden="true" class="swlab" @click=${readOnly ? nothing : () => write(field.form, field.path, value !== true, field.label)}>${field.label}</span>`}</span>`);
}

/**
 * The id of another item, chosen from those that exist; a link opens it.
 * @param {Field & {section: string, none?: string, fits?: (id: string) => boolean}} field
 */
export function referenceField(field) {
  const {id, described, invalid, readOnly} = binding(field), value = valueOf(field.form, field.path);
  const options = itemsOf(field.form.draft, field.section).filter(([option]) => !field.fits || field.fits(option) || option === value);
  const missing = value !== undefined && !options.some(([option]) => option === value);
  return framed(field, html`<span class="picker"><select class="inp ${field.compact ? 'sm' : ''}" id=${id} aria-describedby=${described} aria-invalid=${missing ? 'true' : invalid} ?disabled=${readOnly}
      @change=${event => write(field.form, field.path, event.target.value || (field.required ? '' : undefined), field.label)}>
      <option value="" .selected=${live(!value)}>${field.none ?? (field.required ? say('choose…') : say('not set'))}</option>
      ${missing && value ? html`<option value=${value} .selected=${live(true)}>${say('{id} (does not exist)', {id: brief(value)})}</option>` : nothing}
      ${options.map(([option, words]) => html`<option value=${option} .selected=${live(option === value)}>${words}</option>`)}</select>
    ${value && !missing ? html`<a class="btn ghost sm icon" href=${`#/${field.section}/${encodeURIComponent(value)}`} aria-label=${say('Open {id}', {id: value})} title=${say('Open {id}', {id: value})}>${icon('chevron-right')}</a>` : nothing}</span>`);
}

/**
 * A list of ids: of items that exist (`section`), or typed, pasted and uploaded.
 * @param {Field & {section?: string, fits?: (id: string) => boolean, free?: boolean, empty?: string}} field
 *   `fits`: what the schema takes; `free`: others may be typed too; `empty`: what an empty list means
 */
export const idListField = field => framed(field, html`<tb-ids .field=${field} .value=${valueOf(field.form, field.path)} .readOnly=${Boolean(field.form.draft.readOnly)}></tb-ids>`, {group: true, wide: true});

/** A text for all languages, or one per language. @param {Field & {multiline?: boolean, only?: string}} field `only`: the one language that is shown */
export const localizedField = field => framed(field, html`<tb-localized .field=${field} .value=${valueOf(field.form, field.path)} .readOnly=${Boolean(field.form.draft.readOnly)}></tb-localized>`,
  {group: true});

/**
 * A CSS colour: picker, text, and its contrast.
 * @param {Field & {against?: {label: string, value: string, writing?: boolean, under?: string}, variables?: Record<string, string>}} field `writing`: the other one is read on this; `under`: what a translucent ground lies on
 */
export const colorField = field => framed(field, html`<tb-color .field=${field} .value=${valueOf(field.form, field.path)} .readOnly=${Boolean(field.form.draft.readOnly)}></tb-color>`, {group: true});

/** Any JSON, checked while it is typed; what is not JSON is kept, not stored. @param {Field & {rows?: number, accepts?: (value: any) => string}} field `accepts`: '' or why not */
export const jsonField = field => framed(field, html`<tb-json-field .field=${field} .value=${valueOf(field.form, field.path)} .readOnly=${Boolean(field.form.draft.readOnly)}></tb-json-field>`, {wide: true, group: true});
