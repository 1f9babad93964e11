// The columns of a table, as rows that are put in order.
import {icon, localized, say} from '../lib.js';
import {guard, html, nothing, repeat} from '../vendor/lit.js';
import {ask} from './ask-dialog.js';
import {announce} from './announce.js';
import {languageName, languagesOf} from './localized-field.js';
import {localizedField, numberField, problemLines, selectField, switchField, textField} from './fields.js';
import {FormElement} from './form-element.js';
import {equal} from './merge.js';
import {inOrder, moved, movedNames, renumber} from './places.js';
import {removed} from './removed.js';
import {movers} from './reorder.js';
import {list} from './sections.js';

/** @returns {[string, string][]} */
export const columnTypes = () => [['text', say('Text')], ['date', say('Date')], ['money', say('Money')], ['badge', say('Badge')], ['action', say('Action')]];
/** @returns {[string, string][]} */
const sides = () => [['left', say('left')], ['center', say('centred')], ['right', say('right')]];

/** What a width is: digits alone are pixels. @param {string} text @returns {string | number} */
export const width = text => (/^[0-9]+([.][0-9]+)?$/.test(text.trim()) ? Number(text) : text.trim());

/** Problems of these fields open the row. */
const HIDDEN = /^columns\/[0-9]+\/(format|width|align|order)$/;

/** The columns of a table: `draft`, and `itemId` of the table. */
class ColumnsForm extends FormElement {
  static properties = {...FormElement.properties, language: {state: true}, open: {state: true}};

  constructor() {
    super();
    this.section = 'tables';
    /** Which language the labels are shown in; '' is the application's. */
    this.language = '';
    /** Ids of the rows that show all fields. @type {Set<string>} */
    this.open = new Set();
  }

  /** @returns {any[]} */
  get columns() { return list(this.item?.columns); }

  /** @param {(columns: any[]) => any[]} recipe @param {string} name */
  rearrange(recipe, name) {
    this.change(name, item => {
      const columns = recipe(inOrder(list(item.columns)));
      renumber(columns);
      item.columns = columns;
    });
  }

  add() {
    ask({
      heading: say('New column'), titleLabel: say('Label'), idLabel: say('Id, and key of the row’s field'), fallback: 'column', taken: this.columns.map(column => column.id),
      add: (id, title) => {
        this.rearrange(columns => [...columns, {id, key: id, label: title, type: 'text', visible: true, order: (columns.at(-1)?.order ?? 0) + 10}], say('Column {name} added', {name: title}));
        announce(say('Column {name} added', {name: title}));
        this.updateComplete.then(() => this.querySelector(`[data-move="${CSS.escape(id)}"] input`)?.focus());
      },
    });
  }

  /** @param {any} column @param {number} index */
  drop(column, index) {
    const name = localized(column.label) || column.id;
    this.rearrange(columns => columns.filter(other => other.id !== column.id), say('Column {name} removed', {name}));
    announce(say('Column {name} removed', {name}));
    this.updateComplete.then(() => (this.querySelectorAll('.rw .del')[Math.max(0, index - 1)] ?? this.querySelector('.add'))?.focus());
  }

  /** @param {string} id */
  toggle(id) {
    this.open = new Set(this.open.has(id) ? [...this.open].filter(other => other !== id) : [...this.open, id]);
  }

  render() {
    const {item, columns} = this;
    if (!item) return nothing;
    const sorted = inOrder(columns), languages = languagesOf(this.draft), language = this.language || languages[0];
    const live = list(this.liveItem?.columns), changed = movedNames(inOrder(live).map(column => column.id), sorted.map(column => column.id));
    const perLanguage = columns.some(column => typeof column.label === 'object');
    return html`<div class="sec-head"><h2>${say('Columns')} <span class="muted mono">${this.itemId}</span></h2><span class="grow"></span>
        ${perLanguage && languages.length > 1 ? html`<div class="seg" role="group" aria-label=${say('Language of the labels')}>${languages.map(code => html`<button type="button" aria-pressed=${String(code === language)} title=${languageName(code)} @click=${() => { this.language = code; }}>${code}</button>`)}</div>` : nothing}
        ${this.readOnly ? nothing : html`<button type="button" class="btn sm add" @click=${() => this.add()}>${icon('plus', true)}${say('Column')}</button>`}</div>
      ${problemLines(this.problemsAt('columns').filter(problem => problem.path === 'columns'))}
      ${columns.length === 0 ? html`<p class="none-yet">${say('No columns yet.')}</p>` : html`<div class="rows cols"><div class="hd" aria-hidden="true"><span></span><span>${say('Label')}</span><span>${say('Key')}</span><span>${say('Type')}</span><span>${say('Visible')}</span><span></span></div>
        ${repeat(sorted, column => column.id, (column, index) => this.guarded(column, index, {language, live, changed, count: sorted.length}))}</div>`}
      ${removed(this, 'columns', column => {
        const name = localized(column.label) || column.id;
        this.rearrange(columns => inOrder([...columns, structuredClone(column)]), say('Column {name} brought back', {name}));
        announce(say('Column {name} brought back', {name}));
      })}`;
  }

  /** A key press in one row draws one row. @param {any} column @param {number} index @param {{language: string, live: any[], changed: Set<string>, count: number}} around */
  guarded(column, index, around) {
    const at = this.columns.indexOf(column), {language, live, changed, count} = around;
    const problems = this.problemsAt(`columns/${at}`).map(one => `${one.path} ${localized(one.message)}`).join();
    return guard([column, index, at, live.find(other => other.id === column.id), changed.has(column.id), language, count, this.open.has(column.id), this.readOnly, Boolean(this.liveItem), problems], () => this.row(column, index, around));
  }

  /** @param {any} column @param {number} index @param {{language: string, live: any[], changed: Set<string>, count: number}} around */
  row(column, index, {language, live, changed, count}) {
    const at = this.columns.indexOf(column), name = localized(column.label) || column.id, was = live.find(other => other.id === column.id);
    const mark = !this.liveItem ? '' : !was ? 'added' : changed.has(column.id) ? 'moved' : equal(was, column) ? '' : 'changed';
    const field = (/** @type {string} */ key, /** @type {string} */ label) => ({form: this, path: ['columns', at, key], label, compact: true, required: true});
    const hidden = this.problemsAt(`columns/${at}`).some(problem => HIDDEN.test(problem.path)), more = this.open.has(column.id) || hidden, id = `col.${this.itemId}.${column.id}`;
    const extra = [column.format, typeof column.width === 'number' ? `${column.width} px` : column.width, sides().find(([side]) => side === column.align)?.[1]].filter(Boolean).join(' · ');
    return html`<div class="rw" role="group" aria-label=${say('Column {name}', {name})} data-move=${column.id} data-mark=${mark || nothing} data-path="columns/${at}">
      ${this.readOnly ? html`<span class="mv"></span>` : movers({host: this, key: column.id, label: name, index, count, move: (from, to) => this.rearrange(columns => moved(columns, from, to), say('Column {name} moved', {name}))})}
      <div class="c-label">${localizedField({...field('label', say('Label')), only: language})}</div>
      <div class="c-key">${textField({...field('key', say('Key')), mono: true})}</div>
      <div class="c-type">${selectField({...field('type', say('Type')), options: columnTypes()})}</div>
      <div class="c-vis">${switchField(field('visible', say('Visible')))}</div>
      <div class="c-acts"><button type="button" class="btn ghost sm icon" aria-expanded=${String(more)} aria-controls=${id} aria-label=${say('{name}: format, width, alignment', {name})} title=${extra || say('Format, width, alignment')} @click=${() => this.toggle(column.id)}>${icon('sliders-horizontal', true)}</button>
        ${this.readOnly ? nothing : html`<button type="button" class="btn ghost sm icon del" aria-label=${say('Remove {name}', {name})} title=${say('Remove {name}', {name})} @click=${() => this.drop(column, index)}>${icon('trash-2', true)}</button>`}</div>
      ${extra && !more ? html`<p class="c-extra">${extra}</p>` : nothing}
      <div class="c-more" id=${id} ?hidden=${!more}>${more ? html`<div class="fields">
        ${localizedField({form: this, path: ['columns', at, 'label'], label: say('Label'), required: true})}
        ${textField({form: this, path: ['columns', at, 'format'], label: say('Format'), hint: say('The client decides what it means, for example EUR or medium.')})}
        ${textField({form: this, path: ['columns', at, 'width'], label: say('Width'), mono: true, parse: width, hint: say('Pixels, auto, or a length such as 20% or 12rem')})}
        ${selectField({form: this, path: ['columns', at, 'align'], label: say('Alignment'), options: sides(), none: say('the client’s choice')})}
        ${numberField({form: this, path: ['columns', at, 'order'], label: say('Order'), required: true})}
        <div class="fd"><span class="lab">${say('Id')}</span><p class="mono">${column.id}</p></div></div>` : nothing}</div>
      ${problemLines(this.problemsAt(`columns/${at}`).filter(problem => problem.path === `columns/${at}`))}</div>`;
  }
}
customElements.define('tb-columns', ColumnsForm);
