// A list of ids: chips, a picker of those that exist, and a dialog that cleans what is pasted or uploaded.
import {icon, plural, say} from '../lib.js';
import {LitElement, html, live, nothing, repeat} from '../vendor/lit.js';
import {announce} from './announce.js';
import {itemsOf} from './choices.js';
import {binding, brief, write} from './field-frame.js';
import {cleaned} from './id-cleaning.js';

const SHOWN = 40;

class IdList extends LitElement {
  static properties = {field: {attribute: false}, value: {attribute: false}, readOnly: {attribute: false}, filter: {state: true}, pasted: {state: true}, replaces: {state: true}, typed: {state: true}};

  constructor() {
    super();
    this.filter = '';
    this.pasted = '';
    this.replaces = false;
    this.typed = '';
  }

  createRenderRoot() { return this; }

  get ids() { return Array.isArray(this.value) ? this.value : []; }

  get result() { return cleaned(this.pasted, {have: this.replaces ? [] : this.ids, fits: this.field.fits}); }

  store(ids) { write(this.field.form, this.field.path, ids.length === 0 && !this.field.required ? undefined : ids, this.field.label); }

  drop(id) {
    const index = this.ids.indexOf(id);
    this.store(this.ids.filter(other => other !== id));
    announce(say('{id} removed', {id}));
    this.updateComplete.then(() => (this.querySelectorAll('.idchip button')[Math.max(0, index - 1)] ?? this.querySelector('.adder'))?.focus());
  }

  add(id) {
    if (id && !this.ids.includes(id)) { this.store([...this.ids, id]); announce(say('{id} added', {id})); }
  }

  addTyped() {
    const {ids} = cleaned(this.typed, {have: this.ids, fits: this.field.fits});
    if (ids.length) { this.store([...this.ids, ...ids]); announce(plural('{count} entry added', '{count} entries added', {count: ids.length})); this.typed = ''; }
  }

  open() {
    this.pasted = '';
    this.replaces = false;
    this.querySelector('dialog').showModal();
  }

  take() {
    const {ids} = this.result;
    this.store(this.replaces ? ids : [...this.ids, ...ids]);
    announce(plural('{count} entry added', '{count} entries added', {count: ids.length}));
    this.querySelector('dialog').close();
  }

  async upload(event) {
    const [file] = event.target.files;
    if (file) this.pasted = file.size > 4_000_000 ? '' : await file.text();
    event.target.value = '';
  }

  render() {
    const {field, ids} = this, bound = binding(field), {section} = field;
    const known = section ? new Map(itemsOf(field.form.draft, section)) : null;
    const words = this.filter.trim().toLowerCase();
    const matching = words ? ids.filter(id => String(id).toLowerCase().includes(words) || known?.get(id)?.toLowerCase().includes(words)) : ids;
    return html`<div class="ids" role="group" aria-labelledby="${bound.id}.label" aria-describedby=${bound.described}>
      ${ids.length > SHOWN ? html`<input type="search" class="inp sm" .value=${live(this.filter)} aria-label=${say('Find in {field}', {field: field.label})} placeholder=${plural('Find in {count} entry', 'Find in {count} entries', {count: ids.length})}
          @input=${event => { this.filter = event.target.value; }}>` : nothing}
      <ul class="idchips">${repeat(matching.slice(0, SHOWN), id => id, id => html`<li class="idchip ${known && !known.has(id) && !String(id).includes('*') ? 'missing' : ''}">
        ${known?.has(id) ? html`<a href=${`#/${section}/${encodeURIComponent(id)}`} title=${known.get(id)}>${id}</a>` : html`<span>${typeof id === 'string' ? id : brief(id)}</span>`}
        ${known && !known.has(id) && !String(id).includes('*') ? html`<span class="small">${say('does not exist')}</span>` : nothing}
        ${this.readOnly ? nothing : html`<button type="button" aria-label=${say('Remove {id}', {id})} @click=${() => this.drop(id)}>${icon('x', true)}</button>`}</li>`)}</ul>
      ${matching.length > SHOWN ? html`<p class="hint">${plural('and {count} more', 'and {count} more', {count: matching.length - SHOWN})}</p>` : nothing}
      ${ids.length === 0 && field.empty ? html`<p class="hint">${field.empty}</p>` : nothing}
      ${this.readOnly ? nothing : html`<div class="adders">${known ? this.picker(known, bound.id) : nothing}${known && !field.free ? nothing : html`<input class="inp sm mono adder" autocomplete="off" spellcheck="false" .value=${live(this.typed)} aria-label=${say('Add to {field}', {field: field.label})}
            placeholder=${say('Add one, then Enter')} @input=${event => { this.typed = event.target.value; }} @keydown=${event => { if (event.key === 'Enter') { event.preventDefault(); this.addTyped(); } }} @blur=${() => this.addTyped()}>`}
          <button type="button" class="btn ghost sm" @click=${() => this.open()}>${icon('upload', true)}${say('Paste or upload')}</button></div>${this.dialog(bound.id)}`}</div>`;
  }

  picker(known, id) {
    const left = [...known].filter(([option]) => !this.ids.includes(option));
    return html`<select class="inp sm adder" id="${id}.add" aria-label=${say('Add to {field}', {field: this.field.label})} ?disabled=${left.length === 0} @change=${event => { this.add(event.target.value); event.target.value = ''; }}>
      <option value="">${left.length ? say('Add…') : say('All are in the list')}</option>${left.map(([option, words]) => html`<option value=${option}>${words}</option>`)}</select>`;
  }

  dialog(id) {
    const result = this.pasted ? this.result : null;
    return html`<dialog aria-labelledby="${id}.paste" class="paste"><header><h1 class="grow" id="${id}.paste">${say('Paste or upload: {field}', {field: this.field.label})}</h1>
        <button type="button" class="btn ghost icon" aria-label=${say('Close')} @click=${event => event.target.closest('dialog').close()}>${icon('x')}</button></header>
      <div class="b stack"><label class="f"><span>${say('One entry per line, or separated by commas, semicolons or tabs')}</span>
          <textarea class="mono" rows="7" autofocus spellcheck="false" .value=${live(this.pasted)} @input=${event => { this.pasted = event.target.value; }}></textarea></label>
        <div class="row"><label class="btn sm file">${icon('upload', true)}${say('CSV or text file')}<input type="file" class="vh" accept=".csv,.txt,.tsv,text/csv,text/plain" @change=${event => this.upload(event)}></label>
          ${this.ids.length === 0 ? nothing : html`<label class="row"><input type="checkbox" .checked=${live(this.replaces)} @change=${event => { this.replaces = event.target.checked; }}>${plural('Replace the {count} entry there is', 'Replace the {count} entries there are', {count: this.ids.length})}</label>`}</div>
        ${result ? this.preview(result) : nothing}</div>
      <footer><span class="grow"></span><button type="button" class="btn" @click=${event => event.target.closest('dialog').close()}>${say('Cancel')}</button>
        <button type="button" class="btn p" ?disabled=${!result?.ids.length} @click=${() => this.take()}>${result?.ids.length ? plural('Take {count} entry', 'Take {count} entries', {count: result.ids.length}) : say('Nothing to take')}</button></footer></dialog>`;
  }

  preview({ids, blanks, hidden, lineEnds, composed, duplicates, present, misfits}) {
    const some = list => list.slice(0, 5).join(', ') + (list.length > 5 ? '…' : '');
    const done = [
      blanks && plural('{count} entry had blanks around it', '{count} entries had blanks around them', {count: blanks}),
      hidden && plural('{count} entry had characters that nobody sees', '{count} entries had characters that nobody sees', {count: hidden}),
      lineEnds && plural('{count} Windows line end', '{count} Windows line ends', {count: lineEnds}),
      composed && plural('{count} entry was not in Unicode’s form NFC', '{count} entries were not in Unicode’s form NFC', {count: composed}),
      duplicates.length && `${plural('{count} duplicate', '{count} duplicates', {count: duplicates.length})}: ${some(duplicates)}`,
      present.length && `${plural('{count} is in the list already', '{count} are in the list already', {count: present.length})}: ${some(present)}`,
    ].filter(Boolean);
    return html`<div class="cleaned" role="status">${done.length ? html`<p><b>${say('Cleaned:')}</b></p><ul class="dots">${done.map(line => html`<li>${line}</li>`)}</ul>` : html`<p>${icon('circle-check', true)} ${say('Nothing had to be cleaned.')}</p>`}
      ${misfits.length ? html`<p class="err">${icon('circle-x', true)}<span>${plural('{count} entry cannot be used and is left out', '{count} entries cannot be used and are left out', {count: misfits.length})}: ${some(misfits)}</span></p>` : nothing}
      <p><b>${plural('{count} entry', '{count} entries', {count: ids.length})}</b></p><ul class="idchips">${ids.slice(0, 12).map(id => html`<li class="idchip"><span>${id}</span></li>`)}${ids.length > 12 ? html`<li class="muted">${plural('and {count} more', 'and {count} more', {count: ids.length - 12})}</li>` : nothing}</ul></div>`;
  }
}
customElements.define('tb-ids', IdList);
