// The left pane: sections, their items, and how each differs from what is live. It follows the draft a moment later.
import {LitElement, guard, html, ifDefined, nothing, repeat} from '../vendor/lit.js';
import {icon, number, plural, say} from '../lib.js';
import {ORDER, address, idOf, itemName, sectionIcon, sectionName} from './names.js';
import {NAMED_BY, isObject, list, ownSections} from './sections.js';
import {settling} from './settling.js';

/** Milliseconds without a key press until the navigation follows; milliseconds that it may be behind. */
const [QUIET, MOST] = [250, 1000];

/** @typedef {{id: string, name: string, mark: string, errors: number, item: any}} Row */

export class Navigation extends LitElement {
  static properties = {session: {attribute: false}, draft: {attribute: false}, section: {}, itemId: {attribute: false}, search: {state: true}, closed: {state: true}};

  constructor() {
    super();
    /** @type {import('./draft.js').Draft} */
    this.draft = /** @type {any} */ (undefined);
    this.section = '';
    this.itemId = '';
    this.search = '';
    /** @type {Set<string>} */
    this.closed = new Set();
    this.later = settling(() => { this.requestUpdate(); }, QUIET, MOST);
  }

  createRenderRoot() { return this; }

  connectedCallback() {
    super.connectedCallback();
    for (const type of ['change', 'status']) this.draft.addEventListener(type, this.later);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const type of ['change', 'status']) this.draft.removeEventListener(type, this.later);
  }

  /** @param {string} section @returns {Row[]} */
  rows(section) {
    const {snapshot, editing} = this.draft;
    const {marks, removed} = this.draft.difference;
    const errors = this.errors;
    const mark = (/** @type {string} */ id) => (editing ? marks.get(`${section}/${id}`) ?? '' : '');
    if (section === 'uiTokens') {
      /** @type {Map<string, Row>} */
      const found = new Map();
      for (const item of list(snapshot.uiTokens)) {
        if (!isObject(item)) continue;
        const id = String(item.category ?? 'other');
        const row = found.get(id) ?? {id, name: itemName(section, id, null), mark: '', errors: 0, item: null};
        row.mark ||= mark(item.key) && 'changed';
        row.errors += errors.get(`${section}/${item.key}`) ?? 0;
        found.set(id, row);
      }
      for (const item of editing ? removed.get(section) ?? [] : []) {
        const row = found.get(String(item.category));
        if (row) row.mark = 'changed';
      }
      return [...found.values()];
    }
    if (!NAMED_BY[section]) return [{id: '', name: sectionName(section), mark: mark(''), errors: errors.get(`${section}/`) ?? 0, item: null}];
    const rows = list(snapshot[section]).filter(isObject).map(item => {
      const id = idOf(section, item);
      return {id, name: itemName(section, id, item), mark: mark(id), errors: errors.get(`${section}/${id}`) ?? 0, item};
    });
    for (const item of editing ? removed.get(section) ?? [] : []) {
      rows.push({id: idOf(section, item), name: itemName(section, idOf(section, item), item), mark: 'removed', errors: 0, item});
    }
    return rows;
  }

  /** Errors by `section/id`. */
  get errors() {
    /** @type {Map<string, number>} */
    const found = new Map();
    for (const problem of this.draft.editing ? this.draft.problems : []) {
      if (problem.severity !== 'error') continue;
      const key = `${problem.section}/${problem.id}`;
      found.set(key, (found.get(key) ?? 0) + 1);
    }
    return found;
  }

  /** @param {string} section @param {Row} row */
  row(section, {id, name, mark, errors}) {
    const current = section === this.section && id === this.itemId;
    const inner = html`${icon(sectionIcon(section))}<span class="trunc">${name}${NAMED_BY[section] && section !== 'uiTokens' && name !== id
      ? html` <span class="id">${id}</span>` : nothing}</span>${errors ? html`<span class="st e">${icon('circle-x', true)}<span class="vh">${plural('{count} problem', '{count} problems', {count: errors})}</span></span>` : nothing}
      ${mark === 'added' ? html`<span class="st a">${say('new')}</span>` : mark === 'changed' ? html`<span class="st m">${say('changed')}</span>`
        : mark === 'removed' ? html`<span class="st r">${say('removed')}</span>` : nothing}`;
    if (mark === 'removed') {
      return html`<li><span class="gone">${inner}<button class="lnk" type="button" @click=${() => { this.restore(section, id); }}
        aria-label=${say('Bring back {name}', {name})}>${icon('undo-2', true)}</button></span></li>`;
    }
    return html`<li><a href=${address(section, id)} aria-current=${ifDefined(current ? 'true' : undefined)}>${inner}</a></li>`;
  }

  /** @param {string} section @param {string} id */
  restore(section, id) {
    const item = this.draft.liveItem(section, id);
    this.draft.add(section, structuredClone(item), undefined, say('{name} brought back', {name: id}));
  }

  render() {
    if (!this.draft) return nothing;
    const words = this.search.trim().toLocaleLowerCase();
    const sections = [...ORDER, ...ownSections(this.draft.snapshot)];
    let found = 0;
    const parts = sections.map(section => {
      const all = this.rows(section);
      const rows = words ? all.filter(row => `${row.name} ${row.id} ${sectionName(section)}`.toLocaleLowerCase().includes(words)) : all;
      found += rows.length;
      const single = !NAMED_BY[section];
      if (words && !rows.length) return nothing;
      if (single) return html`<ul class="single">${rows.map(row => this.row(section, row))}</ul>`;
      const open = Boolean(words) || !this.closed.has(section);
      const changed = all.filter(row => row.mark).length;
      return html`<section aria-label=${sectionName(section)}><h2><button type="button" class="fold" aria-expanded=${open ? 'true' : 'false'} @click=${() => { this.fold(section); }}>
          ${icon(open ? 'chevron-down' : 'chevron-right', true)}${sectionName(section)} <span class="n">${number(all.length)}</span>${changed && !open ? html`<span class="st m">${plural('{count} changed', '{count} changed', {count: changed})}</span>` : nothing}</button>
        ${this.draft.readOnly ? nothing : html`<button type="button" class="btn ghost sm icon" aria-label=${say('Add: {section}', {section: sectionName(section)})}
          @click=${() => { this.dispatchEvent(new CustomEvent('add', {detail: section, bubbles: true})); }}>${icon('plus', true)}</button>`}</h2>
        ${open ? html`<ul>${repeat(rows, row => `${row.mark === 'removed' ? '-' : ''}${row.id}`, row => guard(
          [row.item, row.name, row.mark, row.errors, section === this.section && row.id === this.itemId], () => this.row(section, row)))}</ul>` : nothing}</section>`;
    });
    return html`<div class="srch">${icon('search')}<input class="inp" type="search" aria-label=${say('Search the draft')} placeholder=${say('Search')} .value=${this.search}
        @input=${(/** @type {any} */ event) => { this.search = event.target.value; }}><button type="button" class="kbd" @click=${() => { this.session.ask('palette'); }}><kbd>Ctrl K</kbd> <span class="vh">${say('Find an item or an action')}</span></button></div>
      ${words && !found ? html`<p class="muted" role="status">${say('Nothing is called “{words}”.', {words: this.search.trim()})}</p>` : nothing}${parts}`;
  }

  /** @param {string} section */
  fold(section) {
    const closed = new Set(this.closed);
    if (!closed.delete(section)) closed.add(section);
    this.closed = closed;
  }
}
customElements.define('tb-nav', Navigation);
