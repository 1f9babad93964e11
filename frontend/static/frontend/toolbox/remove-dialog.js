// Removing an item: at once when nothing refers to it, else what would break is listed first.
import {LitElement, html, nothing} from '../vendor/lit.js';
import {icon, plural, say} from '../lib.js';
import {address, itemInWords} from './names.js';

/** Lines; the rest is counted. */
const SHOWN = 50;

export class RemoveDialog extends LitElement {
  static properties = {draft: {attribute: false}, section: {state: true}, itemId: {state: true}, uses: {state: true}};

  constructor() {
    super();
    /** @type {import('./draft.js').Draft} */
    this.draft = /** @type {any} */ (undefined);
    this.section = '';
    this.itemId = '';
    /** @type {import('./sections.js').Use[]} */
    this.uses = [];
  }

  createRenderRoot() { return this; }

  get dialog() { return /** @type {HTMLDialogElement | null} */ (this.querySelector('dialog')); }
  get words() { return itemInWords(this.section, this.itemId, this.draft.find(this.section, this.itemId)); }

  /** @param {string} section @param {string} id */
  async open(section, id) {
    [this.section, this.itemId, this.uses] = [section, id, this.draft.uses(section, id)];
    if (!this.uses.length) {
      this.remove();
      return;
    }
    await this.updateComplete;
    this.dialog?.showModal();
  }

  remove() {
    this.draft.remove(this.section, this.itemId, say('{item} removed', {item: this.words}));
    this.dialog?.close();
  }

  render() {
    if (!this.section || !this.uses.length) return nothing;
    const more = this.uses.length - SHOWN;
    return html`<dialog aria-labelledby="remove-title"><header><h1 id="remove-title" class="grow">${say('{item} is in use', {item: this.words})}</h1>
      <button type="button" class="btn ghost icon" aria-label=${say('Close')} @click=${() => { this.dialog?.close(); }}>${icon('x')}</button></header>
      <div class="b stack"><p>${plural('{count} place refers to it. It becomes a problem that blocks publishing:', '{count} places refer to it. They become problems that block publishing:', {count: this.uses.length})}</p>
      <ul class="dots">${this.uses.slice(0, SHOWN).map(use => html`<li><a href=${address(use.section, use.id, use.field)} @click=${() => { this.dialog?.close(); }}>${itemInWords(use.section, use.id, this.draft.find(use.section, use.id))}</a> <code>${use.field}</code></li>`)}</ul>
      ${more > 0 ? html`<p class="muted">${plural('{count} more', '{count} more', {count: more})}</p>` : nothing}</div>
      <footer><span class="grow"></span><button class="btn p" type="button" @click=${() => { this.dialog?.close(); }}>${say('Keep it')}</button><button class="btn d" type="button" @click=${this.remove}>${icon('trash-2')}${say('Remove it all the same')}</button></footer></dialog>`;
  }
}
customElements.define('tb-remove', RemoveDialog);
