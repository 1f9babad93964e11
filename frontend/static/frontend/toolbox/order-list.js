// A list of ids of other items whose order counts: moved by buttons, grip and arrow keys, chosen from those that exist.
import {icon, say} from '../lib.js';
import {html, nothing, repeat} from '../vendor/lit.js';
import {announce} from './announce.js';
import {itemsOf} from './choices.js';
import {framed, valueOf, write} from './field-frame.js';
import {FormElement} from './form-element.js';
import {moved} from './places.js';
import {movers} from './reorder.js';

/** `field`: its `section` is where the ids are from. */
class OrderList extends FormElement {
  static properties = {...FormElement.properties, field: {attribute: false}};

  get ids() {
    const value = valueOf(this.field.form, this.field.path);
    return Array.isArray(value) ? value : [];
  }

  /** @param {any[]} ids */
  store(ids) { write(this.field.form, this.field.path, ids.length ? ids : undefined, this.field.label); }

  render() {
    const {ids, field} = this, known = new Map(itemsOf(this.draft, field.section)), left = [...known].filter(([id]) => !ids.includes(id));
    return html`${ids.length ? html`<ol class="rows">${repeat(ids, id => id, (id, index) => {
      const label = known.get(id) ?? String(id);
      return html`<li class="rw line" data-move=${id} data-path="${field.path}/${index}"><span class="num muted">${index + 1}</span>
        ${this.readOnly ? nothing : movers({host: this, key: id, label, index, count: ids.length, move: (from, to) => this.store(moved(ids, from, to))})}
        <span class="grow">${known.has(id) ? html`<a href=${`#/${field.section}/${encodeURIComponent(id)}`}>${label}</a>` : html`<span class="err">${icon('circle-x', true)}${say('{id} (does not exist)', {id})}</span>`}</span>
        ${this.readOnly ? nothing : html`<button type="button" class="btn ghost sm icon" aria-label=${say('Remove {name}', {name: label})} @click=${() => { this.store(ids.filter(other => other !== id)); announce(say('{id} removed', {id})); }}>${icon('x', true)}</button>`}</li>`;
    })}</ol>` : html`<p class="none-yet">${say('Not set: pages are sorted by their order.')}</p>`}
    ${this.readOnly || !left.length ? nothing : html`<div class="adders"><select class="inp sm adder" aria-label=${say('Add to {field}', {field: field.label})} @change=${(/** @type {any} */ event) => { if (event.target.value) this.store([...ids, event.target.value]); event.target.value = ''; }}>
      <option value="">${say('Add…')}</option>${left.map(([id, words]) => html`<option value=${id}>${words}</option>`)}</select>
      ${ids.length ? html`<button type="button" class="btn ghost sm" @click=${() => this.store([...ids, ...left.map(([id]) => id)])}>${icon('plus', true)}${say('Add all that are missing')}</button>` : nothing}</div>`}`;
  }
}
customElements.define('tb-order', OrderList);

/** @param {import('./field-frame.js').Field & {section: string}} field */
export const orderField = field => framed(field, html`<tb-order .draft=${field.form.draft} .field=${field}></tb-order>`, {group: true, wide: true});
