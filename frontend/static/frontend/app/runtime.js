// <app-runtime>: an app made only of its config, as /app, a preview and the Toolbox show it. What the config says is
// text, never HTML; its styles are custom properties of this element.
//
//   const app = document.createElement('app-runtime');
//   app.config = snapshot;
//   app.context = {tenant: 'acme', role: 'manager', version: '1.2.0', environment: 'production'};

import {download, icon, language, say} from '../lib.js';
import {LitElement, classMap, html, nothing} from '../vendor/lit.js';
import {badge, cellText} from './cells.js';
import {flagsOf} from './evaluate.js';
import {contentOf, modelOf} from './model.js';
import {csv, demoValue} from './rows.js';
import {inkOn, rgbIn, variablesIn} from './tokens.js';

/** @typedef {import('./model.js').Table} Table @typedef {import('./model.js').Action} Action */

const ROWS = 6;
const dark = matchMedia('(prefers-color-scheme: dark)');
/** Categories whose values the browser can check, and with which property. */
const CHECKED = new Map([['color', 'color'], ['gradient', 'background'], ['shadow', 'box-shadow']]);
/** Of the names that configs use for pictures, those of our icons. */
const ICONS = new Map(Object.entries({
  home: 'house', package: 'package', users: 'users', user: 'user', tag: 'tag', 'bar-chart': 'chart-column', gift: 'gift',
  'life-buoy': 'life-buoy', gauge: 'gauge', key: 'key-round', receipt: 'receipt', settings: 'settings', table: 'table-2', flag: 'flag',
  calendar: 'calendar', bell: 'bell', book: 'book-open', search: 'search', globe: 'globe', list: 'list', lock: 'lock',
}));

export class AppRuntime extends LitElement {
  static properties = {
    config: {attribute: false}, context: {attribute: false}, editing: {type: Boolean, reflect: true}, marks: {attribute: false},
    told: {attribute: false}, page: {}, tab: {}, menu: {state: true}, notice: {state: true}, dialog: {state: true},
  };

  constructor() {
    super();
    /** The snapshot. @type {Record<string, any>} */
    this.config = {};
    /** @type {import('./model.js').Context} */
    this.context = {};
    /** A click fires `pick` {section, id, part?} instead of acting. */
    this.editing = false;
    /** "section/id" of what has problems. @type {Set<string>} */
    this.marks = new Set();
    /** Knows flags better than the config. @type {((key: string) => boolean | undefined) | undefined} */
    this.told = undefined;
    /** Ids of the page and the tab that are open. */
    this.page = '';
    this.tab = '';
    this.menu = false;
    this.notice = '';
    /** @type {{title: string, rows: [string, string][]} | null} */
    this.dialog = null;
    /** @type {Set<string>} */
    this.applied = new Set();
    this.repaint = () => this.requestUpdate();
    this.addEventListener('click', event => this.pick(event), true);
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    dark.addEventListener('change', this.repaint);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    dark.removeEventListener('change', this.repaint);
  }

  /** Of the config and the context; what is shown.
   * @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (this.model && !['config', 'context', 'told'].some(name => changed.has(name))) return;
    const context = {language, ...this.context};
    this.isOn = flagsOf(this.config, context, this.told);
    this.model = modelOf(this.config, context, this.isOn);
    if (this.model.role !== context.role) {
      // The role that was chosen for somebody who named none counts for flags too.
      this.isOn = flagsOf(this.config, {...context, role: this.model.role}, this.told);
      this.model = modelOf(this.config, {...context, role: this.model.role}, this.isOn);
    }
  }

  /** @returns {'light' | 'dark'} */
  get mode() {
    const mode = this.model?.mode ?? 'auto';
    if (mode !== 'auto') return mode;
    const chosen = document.documentElement.dataset.theme;
    return chosen === 'light' || chosen === 'dark' ? chosen : dark.matches ? 'dark' : 'light';
  }

  /** The tokens, as custom properties; those that went are taken away. */
  updated() {
    const {mode} = this;
    this.dataset.mode = mode;
    const wanted = variablesIn(/** @type {any} */ (this.model).tokens, mode);
    const valid = [...wanted.values()].filter(({value, category}) => {
      const property = CHECKED.get(category);
      return !property || value.includes('var(') || CSS.supports(property, value);
    });
    const values = new Map(valid.map(({name, value}) => [name, value]));
    for (const [name, slot] of [['--app-on-accent', '--app-accent'], ['--app-on-header', '--app-header']]) {
      const ground = rgbIn(values.get(slot) ?? values.get('--app-accent') ?? '');
      if (ground) values.set(name, inkOn(ground));
    }
    for (const [name, value] of Object.entries(this.model?.widths ?? {})) if (value) values.set(`--app-${name}-width`, value);
    for (const name of this.applied) if (!values.has(name)) this.style.removeProperty(name);
    for (const [name, value] of values) this.style.setProperty(name, value);
    this.applied = new Set(values.keys());
    for (const column of this.querySelectorAll('col')) column.style.width = column.dataset.width ?? '';
    const dialog = this.querySelector('dialog');
    if (dialog && this.dialog && !dialog.open) dialog.showModal();
  }

  /** @param {MouseEvent} event */
  pick(event) {
    if (!this.editing) return;
    event.preventDefault();
    event.stopPropagation();
    const target = event.target instanceof Element ? event.target.closest('[data-pick]') : null;
    if (!target) return;
    const [section, id, list, item] = (target.getAttribute('data-pick') ?? '').split('/');
    const part = item === undefined ? undefined : {list, id: item};
    // What is picked is also shown: forms are edited beside it.
    if (section === 'pages' && target.matches('.app-nav *, .app-card *')) this.open(id);
    if (section === 'tabs') this.openTab(id);
    this.dispatchEvent(new CustomEvent('pick', {bubbles: true, detail: {section, id, part}}));
  }

  /** @param {string} page @param {string} [tab] */
  open(page, tab = '') {
    this.page = page;
    this.tab = tab;
    this.menu = false;
    this.notice = '';
    this.dispatchEvent(new CustomEvent('navigate', {bubbles: true, detail: {page, tab}}));
  }

  /** @param {string} id */
  openTab(id) {
    const content = this.content();
    const tab = content?.tabs.find(one => one.id === id);
    if (tab) this.open(tab.opens || /** @type {any} */ (content).page.id, tab.opens ? '' : id);
  }

  content() {
    const model = /** @type {import('./model.js').Model} */ (this.model);
    return contentOf(model, this.context, /** @type {any} */ (this.isOn), this.page, this.tab);
  }

  /** @param {Action} action @param {Table} table */
  act(action, table) {
    if (action.type === 'navigate' && action.opens) return this.open(action.opens);
    if (action.type === 'exportCsv') return this.download(action, table);
    if (action.type === 'openModal') {
      this.dialog = {title: action.label, rows: [[say('Window'), action.name || action.id]]};
      return undefined;
    }
    this.notice = say('“{label}” does nothing: its type is {type}.', {label: action.label, type: action.type});
    return undefined;
  }

  /** @param {Action} action @param {Table} table */
  download(action, table) {
    const rows = Array.from({length: ROWS}, (_, row) => table.columns.map(column => cellText(column, demoValue(table.id, column, row))));
    const file = /^[\w .-]{1,80}$/.test(action.name) ? action.name : `${table.id}.csv`;
    download(file, csv([table.columns.map(column => column.label), ...rows]), 'text/csv');
    this.notice = say('{file} was downloaded.', {file});
  }

  /** @param {string} place */
  mark(place) {
    return this.marks?.has(place) ? html`<span class="app-mark">${icon('triangle-alert', true)}<span class="vh">${say('has problems')}</span></span>` : nothing;
  }

  /** What may be picked though it is no control is one while editing. @param {string} place @param {unknown} shown */
  pickable(place, shown) {
    return this.editing ? html`<button type="button" class="app-pick" data-pick=${place}>${shown}</button>` : shown;
  }

  render() {
    const model = /** @type {import('./model.js').Model} */ (this.model);
    const content = this.content();
    const menu = model.pages.filter(page => page.inMenu);
    const side = model.widths.sidebar !== '' || menu.length > 7;
    const {name, logo} = model.brand;
    return html`<div class=${classMap({'app-box': true, side})}>
      <div class="app-top"><div class="app-head">
        <p class="app-brand">${this.pickable('theme/', html`${logo ? html`<img src=${logo} alt="" height="24">` : nothing}<b>${name || say('App')}</b>`)}${this.mark('theme/')}</p>
        ${menu.length ? html`<button type="button" class="app-burger" aria-expanded=${this.menu} @click=${() => { this.menu = !this.menu; }}>${icon('list')} ${say('Menu')}</button>` : nothing}
      </div>
      ${menu.length ? html`<nav class=${classMap({'app-nav': true, open: this.menu})} aria-label=${say('Pages of the app')}><ul>${menu.map(page => this.link(page, content))}</ul></nav>` : nothing}</div>
      <div class="app-main">${content ? this.body(content) : html`<p class="app-empty">${say('There is no page that this role and this tenant may open.')}</p>`}
        <p class="app-notice" role="status">${this.notice}</p></div>
    </div>${this.dialog ? this.window(this.dialog) : nothing}`;
  }

  /** @param {import('./model.js').Page} page @param {any} content */
  link(page, content) {
    const led = content?.tabs.some((/** @type {any} */ tab) => tab.opens === page.id) && !content.page.inMenu;
    const current = content?.page.id === page.id || led;
    return html`<li><a href=${page.href} data-pick="pages/${page.id}" aria-current=${current ? 'page' : nothing}
      @click=${(/** @type {Event} */ event) => { event.preventDefault(); this.open(page.id); }}>${icon(ICONS.get(page.icon) ?? 'file-text', true)}<span>${page.title}</span>${this.mark(`pages/${page.id}`)}</a></li>`;
  }

  /** @param {NonNullable<ReturnType<typeof contentOf>>} content */
  body({page, tabs, tab, tables}) {
    return html`<div class="app-title"><h2>${this.pickable(`pages/${page.id}`, page.title)}${this.mark(`pages/${page.id}`)}</h2>
        ${page.status && !/^active$/i.test(page.status) ? html`<span class="app-tag">${page.status.toLowerCase()}</span>` : nothing}</div>
      ${tabs.length ? html`<nav class="app-tabs" aria-label=${say('Tabs of {page}', {page: page.title})}><ul>${tabs.map(one => html`<li><button type="button" data-pick="tabs/${one.id}"
        aria-current=${one.id === tab ? 'true' : nothing} @click=${() => this.openTab(one.id)}>${one.label}${this.mark(`tabs/${one.id}`)}</button></li>`)}</ul></nav>` : nothing}
      ${tables.length ? tables.map(table => this.table(table)) : this.filler(page)}`;
  }

  /** A page without tables. @param {import('./model.js').Page} page */
  filler(page) {
    const model = /** @type {import('./model.js').Model} */ (this.model);
    const others = model.pages.filter(one => one.inMenu && one.id !== page.id);
    const isFirst = model.pages.find(one => one.inMenu)?.id === page.id;
    if (!isFirst || !others.length) return html`<p class="app-empty">${page.moduleId ? say('The app’s module {name} draws this page.', {name: page.moduleId}) : say('The app draws this page itself: the config has no table for it.')}</p>`;
    return html`${model.brand.tagline ? html`<p class="app-lead">${model.brand.tagline}</p>` : nothing}
      <ul class="app-cards">${others.slice(0, 12).map(one => html`<li class="app-card"><a href=${one.href} data-pick="pages/${one.id}"
        @click=${(/** @type {Event} */ event) => { event.preventDefault(); this.open(one.id); }}>${icon(ICONS.get(one.icon) ?? 'file-text')}<span>${one.title}</span></a></li>`)}</ul>`;
  }

  /** @param {Table} table */
  table(table) {
    const place = `tables/${table.id}`;
    const {columns, actions} = table;
    return html`<section class="app-table" aria-label=${table.id}>
      ${actions.length ? html`<div class="app-actions">${actions.map(action => this.button(action, table))}</div>` : nothing}
      ${this.mark(place)}
      ${columns.length ? html`<div class="app-scroll" tabindex="0" role="region" aria-label=${say('Table {id}', {id: table.id})}><table><colgroup>${columns.map(column => html`<col data-width=${column.width}>`)}</colgroup>
        <thead><tr>${columns.map(column => html`<th scope="col" class=${column.align}>${this.pickable(`${place}/columns/${column.id}`, column.label)}</th>`)}</tr></thead>
        <tbody>${Array.from({length: ROWS}, (_, row) => html`<tr>${columns.map(column => html`<td class="${column.align} ${column.type}">${this.cell(table, column, row)}</td>`)}</tr>`)}</tbody></table></div>` : html`<p class="app-empty">${say('This table has no visible column.')}</p>`}
    </section>`;
  }

  /** @param {Action} action @param {Table} table */
  button(action, table) {
    const place = `tables/${table.id}/actions/${action.id}`;
    const shown = html`${action.type === 'exportCsv' ? icon('download', true) : nothing}${action.label}`;
    if (action.type === 'navigate' && !action.opens && action.href) {
      return html`<a class="app-btn" href=${action.href} target="_blank" rel="noopener noreferrer" data-pick=${place}>${shown}${icon('external-link', true)}</a>`;
    }
    return html`<button type="button" class="app-btn" data-pick=${place} @click=${() => this.act(action, table)}>${shown}</button>`;
  }

  /** @param {Table} table @param {import('./model.js').Column} column @param {number} row */
  cell(table, column, row) {
    const value = demoValue(table.id, column, row);
    if (column.type === 'badge') return html`<span class="app-badge b${value}">${badge(column.key, Number(value))}</span>`;
    if (column.type !== 'action') return cellText(column, value);
    const first = table.columns[0];
    const title = cellText(first, demoValue(table.id, first, row));
    const open = () => {
      const rows = table.columns.filter(one => one.type !== 'action').map(one => [one.label, cellText(one, demoValue(table.id, one, row))]);
      this.dialog = {title: `${column.label}: ${title}`, rows: /** @type {[string, string][]} */ (rows)};
    };
    return html`<button type="button" class="app-btn small" data-pick=${`tables/${table.id}/columns/${column.id}`} aria-label="${column.label}: ${title}" @click=${open}>${column.label}</button>`;
  }

  /** @param {{title: string, rows: [string, string][]}} dialog */
  window({title, rows}) {
    return html`<dialog class="app-dialog" aria-labelledby="app-dialog-title" @close=${() => { this.dialog = null; }}>
      <h2 id="app-dialog-title">${title}</h2><dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <p>${say('The app opens its own window here; the values are examples.')}</p>
      <form method="dialog"><button class="app-btn" autofocus>${say('Close')}</button></form></dialog>`;
  }
}

customElements.define('app-runtime', AppRuntime);
