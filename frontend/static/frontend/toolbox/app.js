// The Toolbox: items on the left, one item's form in the middle, what it looks like on the right.
import {LitElement, html, keyed, nothing} from '../vendor/lit.js';
import {icon, localized, plural, say} from '../lib.js';
import './add-dialog.js';
import './conflicts.js';
import './file-dialog.js';
import './forms.js';
import './nav.js';
import './palette.js';
import './preview-dialog.js';
import './remove-dialog.js';
import './review.js';
import './see.js';
import {seen} from './tour.js';
import {focusField} from './field-frame.js';
import {formElement} from './form-host.js';
import {address, isObjectSection, itemInWords, itemName, problemText, readAddress, sectionName} from './names.js';
import {formOf} from './registry.js';
import {NAMED_BY, isObject, list} from './sections.js';

/** Problems in the list; all others come when these are mended. */
const SHOWN = 200;

export class App extends LitElement {
  static properties = {session: {attribute: false}, at: {state: true}, view: {state: true}, notice: {state: true}, welcome: {state: true}, raw: {state: true}};

  constructor() {
    super();
    /** @type {import('./session.js').Session} */
    this.session = /** @type {any} */ (undefined);
    this.at = readAddress(location.hash);
    /** Where there is no room for three panes. @type {'items' | 'edit' | 'preview'} */
    this.view = 'edit';
    this.notice = '';
    this.welcome = !seen();
    /** The form or the JSON of the item. */
    this.raw = false;
    this.again = () => { this.requestUpdate(); };
    this.goes = () => {
      this.at = readAddress(location.hash);
      this.view = 'edit';
      this.focusSoon = true;
    };
  }

  createRenderRoot() { return this; }

  get draft() { return this.session.draft; }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('hashchange', this.goes);
    this.draft.addEventListener('status', this.again);
    this.draft.addEventListener('change', () => { if (this.known !== this.shown() || this.mode !== this.draft.editing || this.name !== this.title) this.requestUpdate(); });
    this.draft.addEventListener('arrival', event => { this.arrived(/** @type {CustomEvent} */ (event).detail); });
    this.session.addEventListener('people', this.again);
    for (const name of ['review', 'preview', 'palette', 'file']) this.session.addEventListener(name, () => { /** @type {any} */ (this.querySelector(`tb-${name}`)).open(); });
  }

  firstUpdated() {
    this.session.addEventListener('add', event => { /** @type {any} */ (this.querySelector('tb-add')).open(/** @type {CustomEvent} */ (event).detail); });
    this.session.addEventListener('tour', () => { this.tour(); });
  }

  tour() {
    this.welcome = false;
    this.view = 'edit';
    /** @type {any} */ (this.querySelector('tb-tour')).start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.goes);
  }

  /** Where to begin: the first page, else the first thing that there is. */
  get place() {
    let {section, id, path} = this.at;
    const {snapshot} = this.draft;
    if (!section) {
      section = 'pages';
      id = list(snapshot.pages)[0]?.id ?? '';
    }
    if (section === 'uiTokens') {
      const token = list(snapshot.uiTokens).find(item => item?.key === id);
      if (token) [id, path] = [String(token.category ?? 'other'), path ? `${token.key}/${path}` : token.key];
    }
    return {section, id, path};
  }

  /** Whether the item is there: only this, the form follows the rest itself. */
  shown() {
    const {section, id} = this.place;
    if (section === 'uiTokens') return list(this.draft.snapshot.uiTokens).some(item => isObject(item) && String(item.category ?? 'other') === id);
    return this.draft.find(section, id) !== undefined;
  }

  get title() {
    const {section, id} = this.place;
    return itemName(section, id, this.draft.find(section, id));
  }

  /** @param {{by: string, arrivals: import('./merge.js').Arrival[]}} detail */
  arrived({by, arrivals}) {
    const items = new Map(arrivals.map(({path: [section, id = '']}) => [`${section}/${id}`, [section, id]]));
    const names = [...items.values()].slice(0, 4).map(([section, id]) => itemInWords(section, id, this.draft.find(section, id)));
    const more = items.size - names.length;
    this.notice = say('{who} saved meanwhile; it is in your draft now: {what}', {who: by, what: [...names, ...(more > 0 ? [plural('{count} more', '{count} more', {count: more})] : [])].join(', ')});
  }

  updated() {
    if (!this.focusSoon) return;
    this.focusSoon = false;
    const {section, id, path} = this.place;
    requestAnimationFrame(() => {
      const edit = /** @type {HTMLElement} */ (this.querySelector('.edit'));
      const [itemId, inside] = section === 'uiTokens' && path ? [path.split('/')[0], path.split('/').slice(1).join('/')] : [id, path];
      if (!path || !focusField(edit, section, itemId, inside ? inside.split('/') : ['value'])) /** @type {HTMLElement | null} */ (edit.querySelector('h1'))?.focus();
    });
  }

  renderNothing() {
    const {section, id} = this.place;
    const removed = NAMED_BY[section] && this.draft.liveItem(section, id) !== undefined;
    return html`<h1 tabindex="-1">${removed ? say('Removed from the draft') : say('Not in the draft')}</h1>
      <p>${id ? say('“{id}” is not there (any more).', {id}) : say('There is nothing here yet.')}</p>
      ${removed && !this.draft.readOnly ? html`<p><button class="btn" type="button" @click=${() => {
    this.draft.add(section, structuredClone(this.draft.liveItem(section, id)), undefined, say('{name} brought back', {name: id}));
  }}>${icon('undo-2', true)}${say('Bring it back')}</button></p>` : nothing}`;
  }

  renderForm() {
    const {section, id} = this.place;
    const {marks} = this.draft.difference;
    const mark = this.draft.editing ? marks.get(`${section}/${NAMED_BY[section] ? id : ''}`) : '';
    const here = this.session.people.filter(one => one.item === `${section}/${id}`);
    return html`<div class="ttl"><div class="grow"><p class="muted">${isObjectSection(section) ? say('Section') : sectionName(section)}</p>
        <h1 tabindex="-1">${this.title} ${mark === 'added' ? html`<span class="tag added">${say('new')}</span>` : nothing}</h1></div>
        ${here.length ? html`<span class="chip moved">${icon('user', true)}${say('{names} here too', {names: here.map(one => one.name).join(', ')})}</span>` : nothing}
        ${formOf(section) === 'tb-json' || section === 'uiTokens' ? nothing : html`<button class="btn sm" type="button" aria-pressed=${this.raw ? 'true' : 'false'} @click=${() => { this.raw = !this.raw; }}>${icon('code-xml', true)}JSON</button>`}
        ${this.draft.readOnly || section === 'uiTokens' || !NAMED_BY[section] ? nothing : html`<button class="btn sm" type="button" @click=${() => { /** @type {any} */ (this.querySelector('tb-remove')).open(section, id); }}>${icon('trash-2', true)}${say('Remove')}</button>`}</div>
      ${keyed(`${section}/${id}`, formElement(section, id, this.draft, this.raw && section !== 'uiTokens'))}`;
  }

  renderProblems() {
    const {problems} = this.draft;
    const errors = problems.filter(one => one.severity === 'error');
    const first = errors[0] ?? problems[0];
    if (!first) return html`<span class="chip">${icon('circle-check', true)}${say('Valid')}</span>`;
    const warnings = problems.length - errors.length;
    return html`<details class="problems"><summary><span class="row">${errors.length ? html`<span class="chip bad">${icon('circle-x', true)}${plural('{count} problem', '{count} problems', {count: errors.length})}</span>` : html`<span class="chip">${icon('circle-check', true)}${say('Valid')}</span>`}
      ${warnings ? html`<span class="chip draft">${icon('triangle-alert', true)}${plural('{count} warning', '{count} warnings', {count: warnings})}</span>` : nothing}</span></summary>
      <ul>${[...errors, ...problems.filter(one => one.severity !== 'error')].slice(0, SHOWN).map(problem => html`<li class=${problem.severity}>${icon(problem.severity === 'error' ? 'circle-x' : 'triangle-alert', true)}
        <a href=${address(problem.section, problem.id, problem.path)} @click=${this.same}>${itemInWords(problem.section, problem.id, this.draft.find(problem.section, problem.id))}</a> <span>${problemText(problem)}</span></li>`)}</ul></details>
      <a class="btn sm" href=${address(first.section, first.id, first.path)} @click=${this.same}>${say('Go to the first problem')}</a>`;
  }

  /** A link to the address that is shown already goes there again. @param {Event} event */
  same = event => {
    const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
    link.closest('details')?.removeAttribute('open');
    if (link.hash === location.hash) this.goes();
  };

  renderNotices() {
    const {draft} = this;
    return html`${this.session.signedOut ? html`<div class="callout w" role="alert">${icon('lock')}<span>${say('You are signed out. Your edits are kept in this browser.')} <a href="/login?next=${encodeURIComponent(location.pathname + location.search)}">${say('Log in again')}</a></span></div>` : nothing}
      ${this.welcome ? html`<div class="callout">${icon('info')}<p class="grow">${say('New here? One minute shows what is where.')}</p><span class="row"><button class="btn sm p" type="button" @click=${this.tour}>${say('Show me')}</button>
        <button class="btn sm" type="button" @click=${() => { this.welcome = false; /** @type {any} */ (this.querySelector('tb-tour')).end(); }}>${say('No, thanks')}</button></span></div>` : nothing}
      ${draft.readOnly ? html`<p class="callout g">${icon('eye')}<span class="grow">${say('This is what is live. Nothing here changes until you edit the draft.')}</span></p>` : nothing}
      ${this.notice ? html`<div class="callout" role="status">${icon('users')}<span class="grow">${this.notice}</span><button class="btn ghost sm icon" type="button" aria-label=${say('Close')} @click=${() => { this.notice = ''; }}>${icon('x', true)}</button></div>` : nothing}
      ${draft.state === 'refused' ? html`<div class="callout e" role="alert">${icon('circle-x')}<div><p><b>${say('The server does not save this. It is kept in this browser.')}</b></p><p>${draft.refusal?.message}</p>
        <ul class="dots">${list(draft.refusal?.problem?.problems).slice(0, 5).map(one => html`<li>${localized(one.message)}</li>`)}</ul></div></div>` : nothing}
      <tb-conflicts .draft=${draft} .conflicts=${draft.conflicts}></tb-conflicts>`;
  }

  render() {
    if (!this.session) return nothing;
    this.known = this.shown();
    this.mode = this.draft.editing;
    this.name = this.title;
    const {section, id} = this.place;
    const {session} = this;
    const views = /** @type {const} */ ([['items', say('Items'), 'list'], ['edit', this.draft.readOnly ? say('Item') : say('Edit'), 'pencil'], ['preview', say('Preview'), 'eye']]);
    return html`<div class="tb" data-view=${this.view}><nav class="side" aria-label=${say('Items of the draft')}><tb-nav .session=${session} .draft=${this.draft} .section=${section} .itemId=${id}
        @add=${(/** @type {CustomEvent} */ event) => { /** @type {any} */ (this.querySelector('tb-add')).open(event.detail); }}></tb-nav></nav>
      <main class="edit" id="main" tabindex="-1">${this.renderNotices()}${this.known ? this.renderForm() : this.renderNothing()}</main>
      ${this.draft.readOnly ? nothing : html`<section class="dock" aria-label=${say('Checks of the draft')}>${this.renderProblems()}<span class="grow"></span>
        ${session.people.length ? html`<span class="muted small">${icon('users', true)} ${say('Also here: {names}', {names: [...new Set(session.people.map(one => one.name))].join(', ')})}</span>` : nothing}</section>`}
      <aside class="see" aria-label=${say('How it looks')}><tb-see .session=${session} .section=${section} .itemId=${id}></tb-see></aside>
      <nav class="mtabs" aria-label=${say('Views')}><div class="seg">${views.map(([name, label, picture]) => html`<button type="button" aria-pressed=${this.view === name ? 'true' : 'false'} @click=${() => { this.view = name; }}>${icon(picture, true)} ${label}</button>`)}</div></nav></div>
      <tb-add .draft=${this.draft} .language=${session.where.language}></tb-add><tb-remove .draft=${this.draft}></tb-remove><tb-review .session=${session}></tb-review><tb-preview .session=${session}></tb-preview><tb-palette .session=${session}></tb-palette><tb-file .session=${session}></tb-file><tb-tour></tb-tour>`;
  }
}
customElements.define('tb-app-view', App);
