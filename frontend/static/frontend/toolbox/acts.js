// The header's part of the Toolbox: what is live and what the draft has beyond it; saved or not; undo; preview; publish.
import {LitElement, html, nothing} from '../vendor/lit.js';
import {icon, number, plural, say} from '../lib.js';
import {settling} from './settling.js';

/** Milliseconds without a key press until the number of changes follows; milliseconds that it may be behind. */
const [QUIET, MOST] = [250, 1000];

class Follows extends LitElement {
  static properties = {session: {attribute: false}};

  constructor() {
    super();
    /** @type {import('./session.js').Session} */
    this.session = /** @type {any} */ (undefined);
    this.now = () => { this.requestUpdate(); };
    this.later = settling(() => { this.requestUpdate(); }, QUIET, MOST);
  }

  createRenderRoot() { return this; }

  /** @param {Map<PropertyKey, any>} changed */
  willUpdate(changed) {
    if (!changed.has('session') || !this.session) return;
    this.session.draft.addEventListener('change', this.later);
    this.session.draft.addEventListener('status', this.now);
    this.session.addEventListener('live', this.now);
  }

  get draft() { return this.session?.draft; }
}

export class Bridge extends Follows {
  render() {
    if (!this.draft) return nothing;
    const {where, live} = this.session;
    const {count} = this.draft.difference;
    return html`<div class="bridge" role="group" aria-label=${say('Live and draft')}><span class="row"><span class="chip live">${say('Live')}</span>
      <b class="num">${live.version || say('nothing yet')}</b><span class="muted">${where.environment}</span></span>
      ${this.draft.mayEdit ? html`<span aria-hidden="true">${count ? '≠' : '='}</span><span class="row"><span class="chip draft">${say('Draft')}</span><b class="num">${plural('{count} change', '{count} changes', {count})}</b></span>` : nothing}</div>`;
  }
}
customElements.define('tb-bridge', Bridge);

/** State → what is said, picture. @type {Record<string, () => [string, string]>} */
const STATES = {
  saved: () => [say('Saved'), 'check'],
  saving: () => [say('Saving …'), 'clock'],
  offline: () => [say('Offline, kept here'), 'wifi-off'],
  conflict: () => [say('Your decision is needed'), 'git-compare'],
  refused: () => [say('Not saved'), 'triangle-alert'],
};

export class Acts extends Follows {
  /** @param {string} name */
  tell(name) { this.session.ask(name); }

  render() {
    const {draft} = this;
    if (!draft) return nothing;
    if (!draft.mayEdit) return html`<span class="chip">${icon('eye', true)}${say('You may only look')}</span>`;
    if (!draft.editing) return html`<button class="btn p" type="button" @click=${() => { draft.edit(true); }}>${icon('pencil')}${say('Edit')}<kbd>Ctrl E</kbd></button>`;
    const {count} = draft.difference;
    const [text, picture] = STATES[draft.state]();
    const undo = draft.canUndo ? say('Undo: {name}', {name: draft.undoName}) : say('Nothing to undo');
    const redo = draft.canRedo ? say('Redo: {name}', {name: draft.redoName}) : say('Nothing to redo');
    return html`<span class="saved ${draft.state}" role="status">${icon(picture, true)}<span>${text}</span></span>
      <span class="row ur"><button class="btn ghost icon" type="button" aria-label=${undo} title="${undo} (Ctrl Z)" aria-disabled=${draft.canUndo ? 'false' : 'true'} @click=${() => { draft.undo(); }}>${icon('undo-2')}</button>
      <button class="btn ghost icon" type="button" aria-label=${redo} title="${redo} (Ctrl Shift Z)" aria-disabled=${draft.canRedo ? 'false' : 'true'} @click=${() => { draft.redo(); }}>${icon('redo-2')}</button></span>
      <button class="btn ghost icon" type="button" @click=${() => { draft.edit(false); }} title="${say('Show live')} (Ctrl E)" aria-label=${say('Show live')}>${icon('eye')}</button>
      <button class="btn" type="button" @click=${() => { this.tell('preview'); }} aria-label=${say('Preview')} title=${say('Preview')}>${icon('send')}<span class="hide-m">${say('Preview')}</span></button>
      <button class="btn p" type="button" @click=${() => { this.tell('review'); }}>${icon('git-compare')}<span class="hide-s">${say('Review and publish')}</span><span class="vh">${plural('{count} change', '{count} changes', {count})}</span><span class="n num" aria-hidden="true">${number(count)}</span></button>`;
  }
}
customElements.define('tb-acts', Acts);
