// The whole document as JSON: to read, to take away as a file, to bring in. What is brought in is one step that can be undone.
import {LitElement, html, nothing} from '../vendor/lit.js';
import {download, icon, plural, say} from '../lib.js';
import {compare} from './compare.js';
import {isObject} from './sections.js';

export class FileDialog extends LitElement {
  static properties = {session: {attribute: false}, opened: {state: true}, typed: {state: true}, wrong: {state: true}, source: {state: true}};

  constructor() {
    super();
    /** @type {import('./session.js').Session} */
    this.session = /** @type {any} */ (undefined);
    this.opened = false;
    this.typed = '';
    this.wrong = '';
    this.source = '';
  }

  createRenderRoot() { return this; }

  get dialog() { return /** @type {HTMLDialogElement} */ (this.querySelector('dialog')); }
  get text() { return JSON.stringify(this.session.draft.snapshot, null, 2); }

  async open() {
    this.typed = this.text;
    this.wrong = '';
    this.source = '';
    this.opened = true;
    await this.updateComplete;
    this.dialog.showModal();
  }

  /** What was typed or read, or undefined with the reason in `wrong`. */
  get value() {
    try {
      const value = JSON.parse(this.typed);
      // A file of `export_config` holds the document beside what it is.
      const document = isObject(value) && isObject(value.snapshot) ? value.snapshot : value;
      if (isObject(document)) return document;
      this.wrong = say('The document must be an object.');
    } catch (error) {
      this.wrong = say('Not JSON yet: {reason}', {reason: /** @type {Error} */ (error).message});
    }
    return undefined;
  }

  /** @param {Event} event */
  async bring(event) {
    const [file] = /** @type {HTMLInputElement} */ (event.target).files ?? [];
    if (!file) return;
    this.wrong = '';
    this.typed = await file.text();
    this.source = file.name;
  }

  use() {
    this.wrong = '';
    const value = this.value;
    if (!value) return;
    this.session.draft.change(this.source ? say('Import of {file}', {file: this.source}) : say('All as JSON'), copy => {
      for (const name of Object.keys(copy)) if (!(name in value)) delete copy[name];
      Object.assign(copy, value);
    });
    this.dialog.close();
  }

  take() {
    const {draft, where, live} = this.session;
    const version = draft.readOnly ? live.version : `${draft.answer?.version}-draft`;
    download(`${where.application}-${version}.json`, this.text, 'application/json');
  }

  renderChanges() {
    const wrong = this.wrong;
    const value = this.value;
    this.wrong = wrong;
    if (!value) return nothing;
    const {count} = compare(this.session.draft.edited, value);
    return html`<p class="muted" role="status">${plural('{count} change against the draft.', '{count} changes against the draft.', {count})}</p>`;
  }

  render() {
    if (!this.opened) return nothing;
    const {draft} = this.session;
    return html`<dialog class="wide" aria-labelledby="file-title" @close=${() => { this.opened = false; }}><header><h1 id="file-title" class="grow">${draft.readOnly ? say('What is live, as JSON') : say('The draft, as JSON')}</h1>
      <button type="button" class="btn ghost icon" aria-label=${say('Close')} @click=${() => { this.dialog.close(); }}>${icon('x')}</button></header>
      <div class="b stack"><p class="row"><button class="btn" type="button" @click=${this.take}>${icon('download')}${say('Export as a file')}</button>
        ${draft.readOnly ? nothing : html`<label class="btn file">${icon('upload')}${say('Import a file')}<input class="vh" type="file" accept="application/json,.json" @change=${this.bring}></label>`}</p>
      <label class="f"><span>${this.source || 'JSON'}</span><textarea class="inp mono code" rows="18" spellcheck="false" ?readonly=${draft.readOnly} aria-invalid=${this.wrong ? 'true' : 'false'} .value=${this.typed}
        @input=${(/** @type {any} */ event) => { this.typed = event.target.value; this.wrong = ''; }}></textarea></label>
      ${this.wrong ? html`<p class="err" role="alert">${icon('circle-x', true)}${this.wrong}</p>` : draft.readOnly ? nothing : this.renderChanges()}</div>
      ${draft.readOnly ? nothing : html`<footer><span class="grow"></span><button class="btn" type="button" @click=${() => { this.dialog.close(); }}>${say('Cancel')}</button><button class="btn p" type="button" @click=${this.use}>${say('Use it as the draft')}</button></footer>`}</dialog>`;
  }
}
customElements.define('tb-file', FileDialog);
