// The Toolbox: items on the left, one item's form in the middle, what it looks like on the right.
import {LitElement, html, keyed, nothing} from '../vendor/lit.js';
import {icon, localized, plural, say} from '../lib.js';
import './add-dialog.js';
import './nav.js';
import './forms.js';
import {address, isObjectSection, itemInWords, itemName, problemText, readAddress, sectionName} from './names.js';
import {formElement} from './form-host.js';
import {NAMED_BY, isObject, list} from './sections.js';

export class App extends LitElement {
  static properties = {session: {attribute: false}, at: {state: true}, view: {state: true}, notice: {state: true}};

  constructor() {
    super();
    /** @type {import('./session.js').Session} */
    this.session = /** @type {any} */ (undefined);
    this.at = readAddress(location.hash);
    /** On a phone: one pane at a time. @type {'items' | 'edit' | 'preview'} */
    this.view = 'edit';
    this.notice = '';
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
    this.draft.addEventListener('change', () => { if (this.known !== this.shown() || this.mode !== this.draft.editing) this.requestUpdate(); });
    this.draft.addEventListener('arrival', event => { this.arrived(/** @type {CustomEvent} */ (event).detail); });
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
    const {path} = this.place;
    requestAnimationFrame(() => { this.focusField(path); });
  }

  /** The field of a path, or what stands around it; without one the heading. @param {string} path */
  focusField(path) {
    for (let steps = path ? path.split('/') : []; steps.length; steps = steps.slice(0, -1)) {
      const place = /** @type {HTMLElement | null} */ (this.querySelector(`.edit [data-path="${CSS.escape(steps.join('/'))}"]`));
      if (!place) continue;
      const target = place.matches('input, select, textarea, button') ? place : place.querySelector('input, select, textarea, button');
      /** @type {HTMLElement} */ (target ?? place).focus();
      place.scrollIntoView({block: 'center'});
      return;
    }
    /** @type {HTMLElement | null} */ (this.querySelector('.edit h1'))?.focus();
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
    const item = this.draft.find(section, id);
    const {marks} = this.draft.difference;
    const mark = this.draft.editing ? marks.get(`${section}/${NAMED_BY[section] ? id : ''}`) : '';
    return html`<div class="ttl"><div class="grow"><p class="muted">${isObjectSection(section) ? say('Section') : sectionName(section)}</p>
        <h1 tabindex="-1">${itemName(section, id, item)} ${mark === 'added' ? html`<span class="tag added">${say('new')}</span>` : nothing}</h1></div>
        ${this.draft.readOnly || section === 'uiTokens' || !NAMED_BY[section] ? nothing : html`<button class="btn sm" type="button" @click=${() => { this.removeItem(section, id, item); }}>${icon('trash-2', true)}${say('Remove')}</button>`}</div>
      ${keyed(`${section}/${id}`, formElement(section, id, this.draft))}`;
  }

  /** @param {string} section @param {string} id @param {any} item */
  removeItem(section, id, item) {
    this.draft.remove(section, id, say('{item} removed', {item: itemInWords(section, id, item)}));
  }

  renderProblems() {
    const {problems} = this.draft;
    const errors = problems.filter(one => one.severity === 'error');
    const first = errors[0] ?? problems[0];
    if (!first) return html`<span class="chip">${icon('circle-check', true)}${say('Valid')}</span>`;
    const warnings = problems.length - errors.length;
    return html`<details class="problems"><summary><span class="row">${errors.length ? html`<span class="chip bad">${icon('circle-x', true)}${plural('{count} problem', '{count} problems', {count: errors.length})}</span>` : html`<span class="chip">${icon('circle-check', true)}${say('Valid')}</span>`}
      ${warnings ? html`<span class="chip draft">${icon('triangle-alert', true)}${plural('{count} warning', '{count} warnings', {count: warnings})}</span>` : nothing}</span></summary>
      <ul>${problems.slice(0, 200).map(problem => html`<li class=${problem.severity}>${icon(problem.severity === 'error' ? 'circle-x' : 'triangle-alert', true)}
        <a href=${address(problem.section, problem.id, problem.path)} @click=${this.same}>${itemInWords(problem.section, problem.id, this.draft.find(problem.section, problem.id))}</a> <span>${problemText(problem)}</span></li>`)}</ul></details>
      <a class="btn sm" href=${address(first.section, first.id, first.path)} @click=${this.same}>${say('Go to the first problem')}</a>`;
  }

  /** A link to the address that is shown already goes there again. @param {Event} event */
  same = event => {
    const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
    if (link.hash === location.hash) this.goes();
  };

  render() {
    if (!this.session) return nothing;
    this.known = this.shown();
    this.mode = this.draft.editing;
    const {section, id} = this.place;
    const views = /** @type {const} */ ([['items', say('Items')], ['edit', say('Edit')], ['preview', say('Preview')]]);
    return html`<div class="tb" data-view=${this.view}><nav class="side" aria-label=${say('Items of the draft')}><tb-nav .draft=${this.draft} .section=${section} .itemId=${id}
        @add=${(/** @type {CustomEvent} */ event) => { /** @type {any} */ (this.querySelector('tb-add')).open(event.detail); }}></tb-nav></nav>
      <main class="edit" id="main" tabindex="-1">${this.draft.readOnly ? html`<p class="callout g">${icon('eye')}<span>${say('This is what is live. Nothing here changes until you edit the draft.')}</span></p>` : nothing}
        ${this.notice ? html`<div class="callout" role="status">${icon('users')}<span class="grow">${this.notice}</span><button class="btn ghost sm icon" type="button" aria-label=${say('Close')} @click=${() => { this.notice = ''; }}>${icon('x', true)}</button></div>` : nothing}
        ${this.draft.state === 'refused' ? html`<div class="callout e" role="alert">${icon('circle-x')}<span>${this.draft.refusal?.message} ${list(this.draft.refusal?.problem?.problems).slice(0, 5).map(one => html`<br>${localized(one.message)}`)}</span></div>` : nothing}
        ${this.known ? this.renderForm() : this.renderNothing()}</main>
      ${this.draft.readOnly ? nothing : html`<section class="dock" aria-label=${say('Checks of the draft')}>${this.renderProblems()}</section>`}
      <nav class="mtabs" aria-label=${say('Views')}><div class="seg">${views.map(([name, label]) => html`<button type="button" aria-pressed=${this.view === name ? 'true' : 'false'} @click=${() => { this.view = name; }}>${label}</button>`)}</div></nav></div>
      <tb-add .draft=${this.draft} .language=${this.session.where.language}></tb-add>`;
  }
}
customElements.define('tb-app-view', App);
