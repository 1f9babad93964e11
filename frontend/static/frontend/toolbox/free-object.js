// An object whose members the client decides: one field per member, after what its value is; new members by name and kind.
import {icon, say} from '../lib.js';
import {html, nothing, repeat} from '../vendor/lit.js';
import {ask} from './ask-dialog.js';
import {announce} from './announce.js';
import {jsonField, numberField, switchField, textField, valueOf, write} from './fields.js';
import {isObject} from './sections.js';

const KINDS = /** @type {Record<string, any>} */ ({text: '', number: 0, switch: false, list: [], object: {}});

/** @param {any} value @param {import('./fields.js').Field} field */
function fieldFor(value, field) {
  if (typeof value === 'boolean') return switchField(field);
  if (typeof value === 'number') return numberField({...field, step: 'any'});
  if (typeof value === 'string') return textField(field);
  return jsonField(field);
}

/**
 * @typedef {object} Free
 * @property {import('./field-frame.js').Form} form @property {(string | number)[]} path of the object @property {string} label
 * @property {string} [hint]
 * @property {string[]} [hidden] members that have fields of their own elsewhere
 * @property {string[]} [kinds] of new members; left out: all
 * @property {Record<string, string>} [labels] what people call members
 * @property {(name: string, field: import('./fields.js').Field) => any} [draw] in place of the field for the value's kind
 * @property {(name: string) => any} [fresh] the value of a new member: then no kind is asked
 */

/** @param {Free} free */
export function freeFields(free) {
  const {form, path, label, hint, hidden = [], labels = {}, draw} = free, value = valueOf(form, path), readOnly = form.draft.readOnly;
  if (value !== undefined && !isObject(value)) return jsonField({form, path, label, hint});
  const names = Object.keys(value ?? {}).filter(name => !hidden.includes(name));
  if (readOnly && names.length === 0) return nothing;
  return html`<div class="free" role="group" aria-label=${label}><span class="lab">${label}</span>${hint ? html`<p class="hint">${hint}</p>` : nothing}
    ${repeat(names, name => name, name => {
      const field = {form, path: [...path, name], label: labels[name] ?? name, required: true, mono: !labels[name]};
      return html`<div class="member">${draw?.(name, field) ?? fieldFor(value[name], field)}
        ${readOnly ? nothing : html`<button type="button" class="btn ghost sm icon" aria-label=${say('Remove {name}', {name})} title=${say('Remove {name}', {name})} @click=${() => {
          write(form, [...path, name], undefined, label);
          announce(say('{id} removed', {id: name}));
        }}>${icon('trash-2', true)}</button>`}</div>`;
    })}
    ${readOnly ? nothing : html`<div class="adders">${free.fresh ? html`<button type="button" class="btn ghost sm" @click=${() => add(free, '')}>${icon('plus', true)}${say('Add')}</button>`
      : html`<select class="inp sm adder" aria-label=${say('Add to {field}', {field: label})} @change=${(/** @type {any} */ event) => { if (event.target.value) add(free, event.target.value); event.target.value = ''; }}>
        <option value="">${say('Add…')}</option>${kinds(free).map(([kind, words]) => html`<option value=${kind}>${words}</option>`)}</select>`}</div>`}</div>`;
}

/** @param {Free} free @returns {[string, string][]} */
const kinds = ({kinds: wanted}) => /** @type {[string, string][]} */ ([['text', say('Text')], ['number', say('Number')], ['switch', say('Yes or no')], ['list', say('List')], ['object', say('Object')]]).filter(([kind]) => !wanted || wanted.includes(kind));

/** @param {Free} free @param {string} kind */
function add({form, path, label, fresh}, kind) {
  ask({
    heading: say('Add to {field}', {field: label}), idLabel: say('Name'), taken: Object.keys(valueOf(form, path) ?? {}),
    add: name => write(form, [...path, name], fresh ? fresh(name) : structuredClone(KINDS[kind]), label),
  });
}
