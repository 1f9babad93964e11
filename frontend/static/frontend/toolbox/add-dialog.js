// Asks what a new item is called, and adds it.
import {LitElement, html, nothing} from '../vendor/lit.js';
import {icon, say} from '../lib.js';
import {address, kindName} from './names.js';
import {idFrom, newItem} from './new-item.js';
import {find} from './sections.js';

/** As the schema has it. */
const NAME = /^([A-Za-z0-9_~!*'():-][.A-Za-z0-9_~!*'():-]{0,127}|[.][A-Za-z0-9_~!*'():-][.A-Za-z0-9_~!*'():-]{0,126})$/;

export class AddDialog extends LitElement {
  static properties = {draft: {attribute: false}, section: {state: true}, titleTyped: {state: true}, idTyped: {state: true}};

  constructor() {
    super();
    /** @type {import('./draft.js').Draft} */
    this.draft = /** @type {any} */ (undefined);
    this.language = 'en';
    this.section = '';
    this.titleTyped = '';
    /** @type {string | null} */
    this.idTyped = null;
  }

  createRenderRoot() { return this; }

  /** @param {string} section */
  async open(section) {
    this.section = section;
    this.titleTyped = '';
    this.idTyped = null;
    await this.updateComplete;
    this.querySelector('dialog')?.showModal();
  }

  get newId() { return this.idTyped ?? idFrom(this.titleTyped); }

  get wrong() {
    if (!this.newId) return '';
    if (!NAME.test(this.newId)) return say('Letters, digits and . _ ~ ! * ’ ( ) : - without spaces, at most 128.');
    return find(this.draft.snapshot, this.section, this.newId) === undefined ? '' : say('“{id}” exists already.', {id: this.newId});
  }

  /** @param {Event} event */
  add(event) {
    event.preventDefault();
    if (!this.newId || this.wrong) {
      /** @type {HTMLInputElement | null} */ (this.querySelector('#new-id'))?.focus();
      return;
    }
    const {section, newId} = this;
    this.draft.add(section, newItem(section, newId, this.titleTyped.trim(), this.draft.snapshot, this.language), undefined,
      say('{kind} {id} added', {kind: kindName(section), id: newId}));
    this.querySelector('dialog')?.close();
    location.hash = address(section, newId);
  }

  render() {
    if (!this.section) return nothing;
    return html`<dialog aria-labelledby="add-title"><form @submit=${this.add}><header><h1 id="add-title" class="grow">${say('New: {kind}', {kind: kindName(this.section)})}</h1>
      <button type="button" class="btn ghost icon" aria-label=${say('Close')} @click=${() => { this.querySelector('dialog')?.close(); }}>${icon('x')}</button></header>
      <div class="b stack"><label class="f"><span>${say('Title')}</span><input class="inp" autofocus autocomplete="off" .value=${this.titleTyped} @input=${(/** @type {any} */ event) => { this.titleTyped = event.target.value; }}></label>
      <div class="f"><label class="lab" for="new-id">${say('Name in code')}</label><input id="new-id" class="inp mono" required autocomplete="off" spellcheck="false" .value=${this.newId} aria-describedby="new-id-hint"
        aria-invalid=${this.wrong ? 'true' : 'false'} @input=${(/** @type {any} */ event) => { this.idTyped = event.target.value; }}>
        <p id="new-id-hint" class=${this.wrong ? 'err' : 'hint'}>${this.wrong || say('What refers to it uses this name. People never see it.')}</p></div></div>
      <footer><span class="grow"></span><button type="button" class="btn" @click=${() => { this.querySelector('dialog')?.close(); }}>${say('Cancel')}</button><button class="btn p">${icon('plus', true)}${say('Add')}</button></footer></form></dialog>`;
  }
}
customElements.define('tb-add', AddDialog);
