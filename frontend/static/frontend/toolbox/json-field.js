// Any JSON, typed. What is not JSON yet stays in the field and is not stored.
import {icon, say} from '../lib.js';
import {LitElement, html, live, nothing} from '../vendor/lit.js';
import {binding, write} from './field-frame.js';
import {equal} from './merge.js';

/** Where JSON.parse stumbled, in words. @param {string} text @param {Error} error @returns {string} */
export function notJson(text, error) {
  const place = /position (\d+)/.exec(error.message);
  if (!place) return say('This is not JSON: it ends too early.');
  const before = text.slice(0, Number(place[1])).split('\n');
  return say('This is not JSON: look at line {line}, column {column}.', {line: before.length, column: before[before.length - 1].length + 1});
}

class JsonField extends LitElement {
  static properties = {field: {attribute: false}, value: {attribute: false}, readOnly: {attribute: false}, typed: {state: true}, wrong: {state: true}};

  constructor() {
    super();
    this.typed = null;
    this.wrong = '';
  }

  createRenderRoot() { return this; }

  willUpdate(changed) {
    // Somebody else's change, an undo or another item: what was typed no longer stands for the value.
    if (changed.has('value') && this.typed !== null && !equal(this.value, this.stored)) { this.typed = null; this.wrong = ''; }
  }

  type(text) {
    this.typed = text;
    this.wrong = '';
    if (text.trim() === '' && !this.field.required) return this.store(undefined);
    let value;
    try { value = JSON.parse(text); } catch (error) { this.wrong = notJson(text, error); return undefined; }
    this.wrong = this.field.accepts?.(value) ?? '';
    return this.wrong ? undefined : this.store(value);
  }

  store(value) {
    this.stored = value;
    write(this.field.form, this.field.path, value, this.field.label);
  }

  render() {
    const {id, described, invalid} = binding(this.field);
    const text = this.typed ?? (this.value === undefined ? '' : JSON.stringify(this.value, null, 2));
    const rows = Math.min(24, Math.max(this.field.rows ?? 3, text.split('\n').length));
    return html`<textarea class="inp mono json" id=${id} rows=${rows} spellcheck="false" autocomplete="off" aria-labelledby="${id}.label"
        aria-describedby=${this.wrong ? `${id}.wrong` : described} aria-invalid=${this.wrong ? 'true' : invalid} ?readonly=${this.readOnly} .value=${live(text)} @input=${event => this.type(event.target.value)}></textarea>
      ${this.wrong ? html`<p class="err" id="${id}.wrong" role="status">${icon('circle-x', true)}<span>${this.wrong} ${say('The draft keeps the value from before.')}</span></p>` : nothing}`;
  }
}
customElements.define('tb-json-field', JsonField);
