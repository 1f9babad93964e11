// The right pane: the draft, or what is live, as an app shows it. A click in it opens the form of what was clicked.
import '../app/runtime.js';
import {rolesOf, surfacesOf, tenantsOf} from '../app/model.js';
import {icon, language, say} from '../lib.js';
import {LitElement, html, nothing} from '../vendor/lit.js';
import {address} from './names.js';
import {find, list} from './sections.js';
import {settling} from './settling.js';

/** Milliseconds without a key press until the picture follows; milliseconds that it may be behind. */
const [QUIET, MOST] = [350, 2000];

/** @type {[string, string, string][]} */
const DEVICES = [['phone', 'smartphone', say('Phone')], ['tablet', 'tablet', say('Tablet')], ['desk', 'monitor', say('Desktop')]];

export class See extends LitElement {
  static properties = {session: {attribute: false}, section: {}, itemId: {attribute: false}, device: {state: true}, live: {state: true}, as: {state: true}};

  constructor() {
    super();
    /** @type {import('./session.js').Session} */
    this.session = /** @type {any} */ (undefined);
    this.section = '';
    this.itemId = '';
    this.device = 'desk';
    this.live = false;
    /** Seen as: undefined is the role that sees most. @type {{role?: string | null, tenant?: string, version?: string, surface?: string}} */
    this.as = {};
    this.later = settling(() => { this.requestUpdate(); }, QUIET, MOST);
  }

  createRenderRoot() { return this; }

  connectedCallback() {
    super.connectedCallback();
    for (const type of ['change', 'status']) this.session.draft.addEventListener(type, this.later);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const type of ['change', 'status']) this.session.draft.removeEventListener(type, this.later);
  }

  /** The page that the open form is about. */
  get page() {
    const {draft} = this.session;
    if (this.section === 'pages') return this.itemId;
    if (this.section === 'tabs' || this.section === 'tables') return String(draft.find(this.section, this.itemId)?.pageId ?? '');
    return undefined;
  }

  get surface() {
    const {draft} = this.session;
    const page = this.page && find(this.config, 'pages', this.page);
    return this.as.surface ?? (page && page.surface) ?? list(draft.edited.pages)[0]?.surface;
  }

  get config() {
    const {draft} = this.session;
    return this.live || draft.readOnly ? draft.live : draft.edited;
  }

  /** @param {Record<string, any>} more */
  see(more) { this.as = {...this.as, ...more}; }

  updated() {
    const app = /** @type {any} */ (this.querySelector('app-runtime'));
    if (!app) return;
    const {draft} = this.session;
    app.config = this.config;
    const context = {environment: this.session.where.environment, version: this.as.version || undefined, tenant: this.as.tenant || undefined, role: this.as.role, surface: this.surface};
    const text = JSON.stringify(context);
    if (text !== this.told) {
      this.told = text;
      app.context = context;
    }
    const marks = this.live || draft.readOnly ? [] : draft.problems.filter(one => one.severity === 'error').map(one => `${one.section}/${one.id}`);
    if (marks.join() !== [...app.marks].join()) app.marks = new Set(marks);
    const here = `${this.section}/${this.itemId}`;
    if (here !== this.shownItem) {
      this.shownItem = here;
      if (this.page) app.page = this.page;
      if (this.section === 'tabs') app.tab = this.itemId;
      else if (this.section === 'tables') app.tab = String(draft.find('tables', this.itemId)?.tabId ?? '');
    }
  }

  /** @param {CustomEvent} event */
  pick({detail: {section, id, part}}) {
    let path = '';
    if (part) {
      const at = list(this.session.draft.find(section, id)?.[part.list]).findIndex(one => one?.id === part.id);
      if (at >= 0) path = `${part.list}/${at}/label`;
    }
    location.hash = address(section, id, path);
  }

  render() {
    if (!this.session) return nothing;
    const {config} = this;
    const {draft} = this.session;
    const roles = rolesOf(config, language);
    const tenants = tenantsOf(config);
    const surfaces = surfacesOf(config);
    const live = this.live || draft.readOnly;
    const chosen = (/** @type {any} */ event) => event.target.value;
    return html`<header class="bar"><b>${say('Preview')}</b><span class="chip ${live ? 'live' : 'draft'}">${live ? say('Live') : say('Draft')}</span><span class="grow"></span>
        <div class="seg" role="group" aria-label=${say('Width of the screen')}>${DEVICES.map(([name, picture, label]) => html`<button type="button" aria-label=${label} title=${label} aria-pressed=${this.device === name ? 'true' : 'false'} @click=${() => { this.device = name; }}>${icon(picture)}</button>`)}</div></header>
      <div class="bar as"><label><span>${say('See as')}</span><select class="inp sm" @change=${(/** @type {any} */ event) => { this.see({role: chosen(event) === '' ? undefined : chosen(event)}); }}><option value="">${say('who sees most')}</option>${roles.map((/** @type {any} */ role) => html`<option value=${role.id ?? role}>${role.label ?? role.name ?? role}</option>`)}</select></label>
        <label><span>${say('Tenant')}</span><input class="inp sm" list="tb-tenants" autocomplete="off" placeholder=${say('any')} @change=${(/** @type {any} */ event) => { this.see({tenant: chosen(event).trim()}); }}><datalist id="tb-tenants">${tenants.slice(0, 200).map((/** @type {any} */ tenant) => html`<option value=${tenant.id ?? tenant}></option>`)}</datalist></label>
        <label><span>${say('App version')}</span><input class="inp sm" autocomplete="off" placeholder="1.0.0" @change=${(/** @type {any} */ event) => { this.see({version: chosen(event).trim()}); }}></label>
        ${surfaces.length > 1 ? html`<label><span>${say('Part of the client')}</span><select class="inp sm" @change=${(/** @type {any} */ event) => { this.see({surface: chosen(event) || undefined}); }}><option value="">${say('as the item')}</option>${surfaces.map((/** @type {any} */ surface) => html`<option value=${surface.id ?? surface}>${surface.label ?? surface}</option>`)}</select></label>` : nothing}
        ${draft.readOnly ? nothing : html`<div class="seg" role="group" aria-label=${say('What is shown')}><button type="button" aria-pressed=${this.live ? 'false' : 'true'} @click=${() => { this.live = false; }}>${say('Draft')}</button><button type="button" aria-pressed=${this.live ? 'true' : 'false'} @click=${() => { this.live = true; }}>${say('Live')}</button></div>`}</div>
      <div class="stage"><div class="frame ${this.device}"><app-runtime editing @pick=${this.pick}></app-runtime></div></div>
      <p class="hint bar">${say('A click opens the form of what you see.')}</p>`;
  }
}
customElements.define('tb-see', See);
