// Any item as JSON: for what has no form of its own. What cannot be read yet stays in the field and is not saved.
import {html, nothing} from '../vendor/lit.js';
import {icon, localized, say} from '../lib.js';
import {FormElement} from './form-element.js';
import {itemInWords} from './names.js';
import {NAMED_BY} from './sections.js';
import {equal} from './merge.js';

export class JsonForm extends FormElement {
  static properties = {...FormElement.properties, typed: {state: true}, wrong: {state: true}};

  constructor() {
    super();
    /** @type {string | null} */
    this.typed = null;
    this.wrong = '';
  }

  /** @param {Map<PropertyKey, any>} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    if (changed.has('itemId') || changed.has('section') || this.readOnly) {
      this.typed = null;
      this.wrong = '';
    }
  }

  /** @param {string} text */
  type(text) {
    this.typed = text;
    const {value, wrong} = this.read(text);
    this.wrong = wrong;
    if (wrong) return;
    const name = say('JSON of {item}', {item: itemInWords(this.section, this.itemId, this.item)});
    const key = NAMED_BY[this.section];
    this.draft.change(name, copy => {
      if (!key) copy[this.section] = value;
      else copy[this.section] = copy[this.section].map((/** @type {any} */ item) => (item?.[key] === this.itemId ? value : item));
    });
  }

  /** @param {string} text @returns {{value?: any, wrong: string}} */
  read(text) {
    const key = NAMED_BY[this.section];
    try {
      const value = JSON.parse(text);
      if (key && value?.[key] !== this.itemId) return {wrong: say('“{key}” must stay “{id}”: other items refer to it.', {key, id: this.itemId})};
      return {value, wrong: ''};
    } catch (error) {
      return {wrong: say('Not JSON yet: {reason}', {reason: /** @type {Error} */ (error).message})};
    }
  }

  render() {
    if (this.item === undefined) return nothing;
    const shown = JSON.stringify(this.item, null, 2);
    const text = this.typed !== null && equal(this.read(this.typed).value, this.item) ? this.typed : this.wrong ? this.typed : shown;
    const problems = this.problemsAt('');
    const bad = this.wrong || problems.length;
    return html`<div class="f" data-path=""><label class="lab" for="json">${say('JSON of {item}', {item: itemInWords(this.section, this.itemId, this.item)})}</label>
      <textarea id="json" class="inp mono code" spellcheck="false" rows=${Math.min(40, Math.max(8, shown.split('\n').length + 1))} ?readonly=${this.readOnly}
        aria-invalid=${bad ? 'true' : 'false'} aria-describedby="json-problems" .value=${text ?? shown}
        @input=${(/** @type {any} */ event) => { this.type(event.target.value); }}></textarea>
      <div id="json-problems">${this.wrong ? html`<p class="err">${icon('circle-x', true)}${this.wrong}</p>` : nothing}
      ${problems.map(problem => html`<p class="err">${icon('circle-x', true)}<span>${problem.path ? html`<code>${problem.path}</code> ` : nothing}${localized(problem.message)}</span></p>`)}</div></div>
      ${this.liveItem !== undefined && !equal(this.liveItem, this.item) && !this.readOnly ? html`<p class="was">${say('Differs from what is live.')}
        <button class="lnk" type="button" @click=${() => { this.typed = null; this.wrong = ''; this.restore(); }}>${say('Restore')}</button></p>` : nothing}`;
  }

  restore() {
    const {section, itemId, liveItem} = this;
    const key = NAMED_BY[section];
    this.draft.change(say('{item} restored', {item: itemInWords(section, itemId, this.item)}), copy => {
      if (!key) copy[section] = structuredClone(liveItem);
      else copy[section] = copy[section].map((/** @type {any} */ item) => (item?.[key] === itemId ? structuredClone(liveItem) : item));
    });
  }
}
customElements.define('tb-json', JsonForm);
