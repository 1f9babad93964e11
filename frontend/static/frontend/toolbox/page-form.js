// A page: what it is called, who has it, its tabs, and the tables on it.
import {icon, localized, say} from '../lib.js';
import {html, nothing, repeat} from '../vendor/lit.js';
import './columns-form.js';
import {announce} from './announce.js';
import {openAdd} from './ask-dialog.js';
import {freeFields} from './free-object.js';
import {idListField, liveLine, localizedField, numberField, problemLines, referenceField, selectField, switchField, textField, valueOf, write} from './fields.js';
import {FormElement} from './form-element.js';
import {inOrder, isId} from './places.js';
import {register} from './registry.js';
import {grip} from './reorder.js';
import {Scope} from './scope.js';
import {isObject, list} from './sections.js';
import {tabFields} from './tab-form.js';

/** “All tenants”, or a list of them. @param {import('./field-frame.js').Form} form */
function tenants(form) {
  const value = valueOf(form, 'tenants'), some = Array.isArray(value), label = say('Tenants');
  const choose = (/** @type {any} */ next) => write(form, 'tenants', next, label);
  return html`<div class="all stack tight"><div class="row"><span class="lab" id="tenants-label">${label}</span>
      <div class="seg" role="group" aria-labelledby="tenants-label"><button type="button" aria-pressed=${String(!some)} ?disabled=${form.draft.readOnly} @click=${() => choose('all')}>${say('All')}</button>
        <button type="button" aria-pressed=${String(some)} ?disabled=${form.draft.readOnly} @click=${() => choose(some ? value : [])}>${say('Only these')}</button></div></div>
    ${some ? idListField({form, path: 'tenants', label: say('Tenants that have the page'), required: true, fits: id => /[^ ]/.test(id) && id.length <= 200, empty: say('Nobody has the page: the list is empty.')})
      : html`${liveLine({form, path: 'tenants', label})}${problemLines(form.problemsAt('tenants'))}`}</div>`;
}

class PageForm extends FormElement {
  static properties = {...FormElement.properties, tab: {state: true}};

  constructor() {
    super();
    /** Id of the tab whose tables are shown; '' is the first. */
    this.tab = '';
  }

  get tabs() { return inOrder(list(this.draft.snapshot.tabs).filter(tab => tab?.pageId === this.itemId)); }

  addTab() {
    const orders = this.tabs.map(tab => tab.order).filter(Number.isInteger);
    openAdd(this.draft, 'tabs', {pageId: this.itemId, order: Math.max(0, ...orders) + 10}, id => { this.tab = id; });
  }

  render() {
    const form = this, {item} = this;
    if (!item) return nothing;
    const tabs = this.tabs, tables = list(this.draft.snapshot.tables).filter(table => table?.pageId === this.itemId);
    const open = tabs.find(tab => tab.id === this.tab) ?? tabs[0];
    const shown = tables.filter(table => table.tabId === open?.id || !tabs.some(tab => tab.id === table.tabId));
    const surfaces = [...new Set(list(this.draft.snapshot.pages).map(page => page?.surface).filter(Boolean))];
    return html`<div class="form">${problemLines(this.problemsAt('').filter(problem => problem.path === ''))}
      <div class="fields">${localizedField({form, path: 'title', label: say('Title of the page'), required: true})}
        ${textField({form, path: 'path', label: say('Address'), mono: true, required: true, parse: text => (text === '' ? null : text), hint: say('Starts with / or #; empty: the page has no address')})}
        ${switchField({form, path: 'visible', label: say('Visible'), required: true})}
        ${referenceField({form, path: 'flag', label: say('Only when this flag is on'), section: 'featureFlags', none: say('always')})}</div>

      ${this.readOnly && !tabs.length ? nothing : html`<section aria-label=${say('Tabs of the page')}><div class="sec-head"><h2>${say('Tabs')}</h2></div>
        <div class="pills">${repeat(tabs, tab => tab.id, (tab, index) => this.pill(tab, index, tabs.length, tab === open))}
          ${this.readOnly ? nothing : html`<button type="button" class="btn ghost sm" @click=${() => this.addTab()}>${icon('plus', true)}${say('Tab')}</button>`}</div>
        ${open ? this.openTab(open, tabs) : nothing}</section>`}

      ${repeat(shown, table => table.id, table => html`<section><tb-columns .draft=${this.draft} .itemId=${table.id}></tb-columns>
        <p class="more"><a href=${`#/tables/${encodeURIComponent(table.id)}`}>${icon('table-2', true)}${say('Actions and settings of {name}', {name: table.id})}</a></p></section>`)}
      ${this.readOnly ? nothing : html`<div><button type="button" class="btn ghost sm" @click=${() => openAdd(this.draft, 'tables', {pageId: this.itemId, ...(open ? {tabId: open.id} : {})}, () => {})}>${icon('plus', true)}${open ? say('Table in this tab') : say('Table on this page')}</button></div>`}

      <section class="panel" aria-label=${say('Who has the page')}><h2>${say('Who has the page')}</h2><div class="fields">
        ${idListField({form, path: 'roles', label: say('Roles that may open it'), section: 'roles', required: true, fits: isId, empty: say('Everybody')})}
        ${idListField({form, path: 'permissions', label: say('Permissions that are all needed'), section: 'permissions', fits: isId, empty: say('None')})}
        ${tenants(form)}</div></section>

      <section class="panel" aria-label=${say('Menu and part of the client')}><h2>${say('Menu and part of the client')}</h2><div class="fields">
        ${numberField({form, path: 'order', label: say('Order'), required: true, hint: say('Pages are sorted by it')})}
        ${selectField({form, path: 'surface', label: say('Part of the client'), options: surfaces.map(surface => [surface, surface]), none: say('all of them')})}
        ${textField({form, path: 'status', label: say('Status'), mono: true, hint: say('A name for the client, for example beta')})}
        ${textField({form, path: 'moduleId', label: say('Module'), mono: true})}
        <div class="all">${typeof item.nav === 'string' ? textField({form, path: 'nav', label: say('Where menus show it')}) : isObject(item.nav ?? {}) ? freeFields({form, path: ['nav'], label: say('Where menus show it')}) : nothing}</div></div></section></div>`;
  }

  /** @param {any} tab @param {number} index @param {number} count @param {boolean} current */
  pill(tab, index, count, current) {
    const name = localized(tab.label) || tab.id, live = this.draft.liveItem('tabs', tab.id);
    const mark = this.draft.difference?.marks.get(`tabs/${tab.id}`) ?? (live ? '' : 'added');
    const bad = new Scope(this.draft, 'tabs', tab.id).problemsAt('').some(problem => problem.severity === 'error');
    return html`<span class="pill" data-move=${tab.id} data-mark=${this.readOnly ? nothing : mark || nothing} aria-current=${current ? 'true' : nothing}>
      ${this.readOnly ? nothing : grip({host: this, key: tab.id, label: name, index, count, across: true, move: (from, to) => this.draft.move('tabs', tab.id, to - from, say('Tab {name} moved', {name}))})}
      <button type="button" class="pill-name" aria-pressed=${String(current)} @click=${() => { this.tab = tab.id; }}>${bad ? icon('circle-x', true) : nothing}${name}${tab.visible === false ? html` ${icon('eye-off', true)}<span class="vh">${say('hidden')}</span>` : nothing}</button></span>`;
  }

  /** @param {any} tab @param {any[]} tabs */
  openTab(tab, tabs) {
    const index = tabs.indexOf(tab), name = localized(tab.label) || tab.id;
    return html`<details class="panel"><summary>${say('Label and settings of the tab')}</summary>${tabFields(new Scope(this.draft, 'tabs', tab.id, `tabs/${tab.id}/`), {inPage: true})}
      ${this.readOnly || tabs.length < 2 ? nothing : html`<div class="row">${/** @type {[number, string][]} */ ([[-1, say('Move one place forward')], [1, say('Move one place back')]]).map(([by, words]) => html`<button type="button" class="btn sm" ?disabled=${!tabs[index + by]}
        @click=${() => { this.draft.move('tabs', tab.id, by, say('Tab {name} moved', {name})); announce(say('{name}: position {place} of {count}', {name, place: index + by + 1, count: tabs.length})); }}>${words}</button>`)}</div>`}
      <p class="more"><a href=${`#/tabs/${encodeURIComponent(tab.id)}`}>${icon('chevron-right', true)}${say('Open the tab by itself')}</a></p></details>`;
  }
}
customElements.define('tb-page', PageForm);
register('pages', 'tb-page');
