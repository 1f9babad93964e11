// The preview for others: the draft frozen as it is, links that open it, and its end.
import {LitElement, html, nothing} from '../vendor/lit.js';
import {Refused, icon, localized, plural, request, say} from '../lib.js';
import {query} from './api.js';
import {list} from './sections.js';

/** Seconds that a link lives → in words. @type {[number, string][]} */
const LIVES = [[3600, say('an hour')], [86400, say('a day')], [3 * 86400, say('three days')], [7 * 86400, say('a week')]];

/** @param {string} moment */
const when = moment => new Date(moment).toLocaleString(document.documentElement.lang, {dateStyle: 'medium', timeStyle: 'short'});

export class PreviewDialog extends LitElement {
  static properties = {
    session: {attribute: false}, preview: {state: true}, links: {state: true}, url: {state: true}, problem: {state: true}, busy: {state: true}, copied: {state: true}, asking: {state: true},
  };

  constructor() {
    super();
    /** @type {import('./session.js').Session} */
    this.session = /** @type {any} */ (undefined);
    /** @type {any} */
    this.preview = undefined;
    /** @type {any[]} */
    this.links = [];
    this.url = '';
    /** The same as a picture. */
    this.qr = '';
    /** @type {any} */
    this.problem = null;
    this.busy = false;
    this.copied = false;
    /** Which act asks for its reason: `send`, `link`, `withdraw`, a link's id. @type {string | number} */
    this.asking = '';
  }

  createRenderRoot() { return this; }

  get dialog() { return /** @type {HTMLDialogElement} */ (this.querySelector('dialog')); }

  /** Who is asked for a reason types at once; on the cross, where the focus would be, a space closes. @param {Map<PropertyKey, any>} changed */
  updated(changed) {
    if (changed.has('asking') && this.asking !== '') /** @type {HTMLInputElement | null} */ (this.querySelector('form.ask input'))?.focus();
  }

  async open() {
    this.url = '';
    this.problem = null;
    this.asking = '';
    this.dialog.showModal();
    await this.session.draft.save();
    await this.read();
    this.asking = this.preview ? '' : 'send';
  }

  async read() {
    const where = query(this.session.where);
    try {
      const [preview, links] = await Promise.all([
        request(`/api/config/preview${where}`).catch(error => (error instanceof Refused && error.status === 404 ? {body: null} : Promise.reject(error))),
        request(`/api/config/preview/links${where}`),
      ]);
      this.preview = preview.body;
      this.links = links.body.links.filter((/** @type {any} */ link) => link.open && link.version === preview.body?.version);
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {any} error */
  fail(error) { this.problem = error instanceof Refused ? error : Object.assign(new Error(say('The server does not answer.')), {problem: {}}); }

  /** @param {Event} event @param {string} path @param {any} [more] @param {string} [etag] */
  async act(event, path, more = {}, etag) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const reason = String(new FormData(form).get('reason') ?? '').trim();
    this.busy = true;
    this.problem = null;
    this.copied = false;
    try {
      const {body} = await request(`/api/config/preview${path}${query(this.session.where)}`, {method: 'POST', body: {reason, ...more}, etag});
      if (body.url) [this.url, this.qr] = [body.url, body.qr];
      if (path === '/withdraw') this.url = '';
      this.asking = path === '' ? 'link' : '';
      if (path === '') await this.session.draft.refresh();
      await this.read();
    } catch (error) {
      this.fail(error);
    } finally {
      this.busy = false;
    }
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.url);
    } catch {
      /** @type {HTMLInputElement | null} */ (this.querySelector('#preview-url'))?.select();
      return;
    }
    this.copied = true;
  }

  /** @param {string} label @param {string} button @param {string} picture @param {(event: Event) => void} act @param {any} [more] */
  form(label, button, picture, act, more = nothing) {
    return html`<form class="stack ask" @submit=${act}><label class="f"><span>${label}</span><input class="inp" name="reason" maxlength="500" required autocomplete="off"></label>${more}
      <p class="row"><button class="btn p" ?disabled=${this.busy}>${icon(picture)}${button}</button><button class="btn" type="button" @click=${() => { this.asking = ''; }}>${say('Cancel')}</button></p></form>`;
  }

  renderLinks() {
    return html`<section class="stack"><h2>${say('Links that open it')}</h2>
      ${this.url ? html`<div class="callout g"><div class="grow stack"><p><b>${say('Copy it now: it is shown once.')}</b></p><div class="row nowrap"><input id="preview-url" class="inp mono grow" readonly .value=${this.url} aria-label=${say('Preview link')}>
        <button class="btn" type="button" @click=${this.copy}>${icon(this.copied ? 'check' : 'copy')}${this.copied ? say('Copied') : say('Copy')}</button><a class="btn" href=${this.url} target="_blank" rel="noopener">${icon('external-link')}${say('Open')}</a></div>
        <p class="vh" role="status">${this.copied ? say('Copied') : ''}</p><img class="qr" src=${this.qr} width="168" height="168" alt=${say('QR code of the link, for a phone’s camera')}></div></div>` : nothing}
      ${this.links.length ? html`<ul class="rows">${this.links.map(link => html`<li><span class="grow">${link.reason ? localized(link.reason) : say('Link')} <span class="muted">${say('until {when}', {when: when(link.expiresAt)})}</span></span>
        ${this.asking === link.id ? nothing : html`<button class="btn sm" type="button" @click=${() => { this.asking = link.id; }}>${say('Revoke')}</button>`}</li>
        ${this.asking === link.id ? html`<li>${this.form(say('Why does the link end?'), say('Revoke the link'), 'x', event => { this.act(event, `/links/${link.id}/revoke`); })}</li>` : nothing}`)}</ul>` : html`<p class="muted">${say('None works now.')}</p>`}
      ${this.asking === 'link' ? this.form(say('Who is it for, and why?'), say('Make the link'), 'link', event => { this.act(event, '/links', {ttl: Number(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('ttl'))}); },
    html`<label class="f"><span>${say('It works for')}</span><select class="inp" name="ttl">${LIVES.map(([seconds, words]) => html`<option value=${seconds} ?selected=${seconds === 86400}>${words}</option>`)}</select></label>`)
    : html`<p><button class="btn" type="button" @click=${() => { this.asking = 'link'; }}>${icon('link')}${say('Make a link')}</button></p>`}</section>`;
  }

  renderBody() {
    const {draft, live} = this.session;
    const {preview} = this;
    const errors = draft.problems.filter(one => one.severity === 'error').length;
    const fresh = preview && preview.digest === draft.answer?.digest;
    const offer = list(draft.answer?.offers).find(one => one.action === 'preview');
    const obstacle = draft.conflicts.length ? say('Somebody changed the same fields. Decide first whose they are.') : errors ? plural('The draft has {count} problem; a preview needs none.', 'The draft has {count} problems; a preview needs none.', {count: errors}) : offer && !offer.offered ? localized(offer.reason) : '';
    return html`${this.problem ? html`<section class="callout e" role="alert">${icon('circle-x')}<div><h2>${localized(this.problem.problem.title) || say('Refused')}</h2><p>${this.problem.message}</p></div></section>` : nothing}
      ${preview ? html`<section class="stack"><p><span class="chip draft">${say('Preview')}</span> <b class="num">${preview.version}</b> <span class="muted">${say('frozen {when}', {when: when(preview.previewedAt)})}</span></p>
        <p class="muted">${fresh ? say('It is what the draft is now.') : say('The draft has changed since. A new preview takes its place.')}</p></section>${this.renderLinks()}` : preview === null ? html`<p>${say('A preview is the draft, frozen as it is now. Testers open it with a link; what is live stays {version}.', {version: live.version || say('nothing')})}</p>` : html`<p role="status">${say('Loading …')}</p>`}
      ${this.asking === 'send' ? this.form(say('What is to be looked at?'), preview ? say('Replace the preview') : say('Send to preview'), 'send', event => { this.act(event, '', {}, draft.etag); }) : nothing}
      ${this.asking === 'withdraw' ? this.form(say('Why is it withdrawn?'), say('Withdraw the preview'), 'x', event => { this.act(event, '/withdraw', {version: preview.version}); }) : nothing}
      ${obstacle ? html`<p class="why" id="preview-why">${obstacle}</p>` : nothing}
      <p class="row">${this.asking === 'send' ? nothing : html`<button class="btn" type="button" aria-disabled=${obstacle || fresh ? 'true' : 'false'} aria-describedby="preview-why" @click=${() => { if (!obstacle && !fresh) this.asking = 'send'; }}>${icon('send')}${preview ? say('Send the draft again') : say('Send to preview')}</button>`}
      ${preview && this.asking !== 'withdraw' ? html`<button class="btn d" type="button" @click=${() => { this.asking = 'withdraw'; }}>${icon('x')}${say('Withdraw')}</button>` : nothing}</p>`;
  }

  render() {
    return html`<dialog aria-labelledby="preview-title"><header><h1 id="preview-title" class="grow">${say('Preview')}</h1><button type="button" class="btn ghost icon" aria-label=${say('Close')} @click=${() => { this.dialog.close(); }}>${icon('x')}</button></header>
      <div class="b stack">${this.session ? this.renderBody() : nothing}</div></dialog>`;
  }
}
customElements.define('tb-preview', PreviewDialog);
