// A text that people read: one for all languages, or one per language.
import {icon, language, say} from '../lib.js';
import {LitElement, html, live, nothing, repeat} from '../vendor/lit.js';
import {binding, write} from './field-frame.js';

const COMMON = ['fr', 'en', 'de', 'es', 'it', 'nl', 'pt', 'pl', 'ar', 'zh', 'ja', 'ko', 'tr', 'uk', 'ro', 'cs', 'sv', 'da', 'fi', 'nb', 'el', 'he', 'hi', 'vi'];
const names = new Intl.DisplayNames([language], {type: 'language', fallback: 'code'});

/** @param {string} code @returns {string} “français” for fr, the code itself where it is none */
export function languageName(code) {
  try { return names.of(code) ?? code; } catch { return code; }
}

/** @type {WeakMap<object, string[]>} */
const found = new WeakMap();

/** The languages of an application: its default one first, then those its texts have. @param {any} draft @returns {string[]} */
export function languagesOf(draft) {
  const known = found.get(draft.snapshot);
  if (known) return known;
  const codes = new Set([draft.where?.language ?? 'en']);
  const look = text => { if (text && typeof text === 'object' && !Array.isArray(text)) Object.keys(text).forEach(code => codes.add(code)); };
  for (const section of ['pages', 'tabs', 'roles', 'plans']) {
    const list = draft.snapshot[section];
    for (const item of Array.isArray(list) ? list : []) { look(item?.title); look(item?.label); }
  }
  const result = [...codes].slice(0, 40);
  found.set(draft.snapshot, result);
  return result;
}

/** @param {any} value @returns {boolean} whether it is one text per language */
export const isText = value => value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0
  && Object.entries(value).every(([key, text]) => /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(key) && typeof text === 'string');

class LocalizedField extends LitElement {
  static properties = {field: {attribute: false}, value: {attribute: false}, readOnly: {attribute: false}};

  createRenderRoot() { return this; }

  get languages() { return languagesOf(this.field.form.draft); }

  store(value) { write(this.field.form, this.field.path, value, this.field.label); }

  storeOne(code, text) {
    const texts = {...this.value};
    if (text === '') delete texts[code];
    else texts[code] = text;
    this.store(Object.keys(texts).length === 0 && !this.field.required ? undefined : texts);
  }

  split() {
    const text = typeof this.value === 'string' ? this.value : '';
    this.store(Object.fromEntries(this.languages.slice(0, 2).map(code => [code, text])));
    this.updateComplete.then(() => this.querySelector('input, textarea')?.focus());
  }

  join() {
    const first = this.languages.find(code => this.value[code]);
    this.store(first ? this.value[first] : Object.values(this.value)[0] ?? '');
    this.updateComplete.then(() => this.querySelector('input, textarea')?.focus());
  }

  input(text, store, id, label, lang, {described, invalid, address}, placeholder = '') {
    const {compact, multiline} = this.field, classes = compact ? 'inp sm' : 'inp';
    return multiline
      ? html`<textarea class=${classes} id=${id} data-path=${lang ? address : nothing} rows="2" lang=${lang ?? nothing} aria-label=${label} aria-describedby=${described} aria-invalid=${invalid} ?readonly=${this.readOnly}
          .value=${live(text)} @input=${event => store(event.target.value)}></textarea>`
      : html`<input type="text" class=${classes} id=${id} data-path=${lang ? address : nothing} lang=${lang ?? nothing} autocomplete="off" placeholder=${placeholder || nothing} aria-label=${label} aria-describedby=${described} aria-invalid=${invalid} ?readonly=${this.readOnly}
          .value=${live(text)} @input=${event => store(event.target.value)}>`;
  }

  render() {
    const bound = binding(this.field), {label, compact} = this.field, {id, address} = bound;
    const perLanguage = this.value !== null && typeof this.value === 'object' && !Array.isArray(this.value);
    if (!perLanguage) {
      const one = this.readOnly || this.field.only;
      const text = this.value === undefined || this.value === null ? '' : String(this.value);
      return html`<span class=${one ? 'loc' : 'loc one'}>${this.input(text, typed => this.store(typed === '' && !this.field.required ? undefined : typed), id, label, null, bound)}
        ${one ? nothing : html`<button type="button" class="btn ghost sm icon" title=${say('One text per language')} aria-label=${say('{field}: one text per language', {field: label})} @click=${() => this.split()}>${icon('languages')}</button>`}</span>`;
    }
    if (this.field.only) {
      const code = this.field.only, other = this.languages.map(one => this.value[one]).find(Boolean) ?? '';
      return this.input(this.value[code] ?? '', typed => this.storeOne(code, typed), id, `${label}, ${languageName(code)}`, code, {...bound, address: `${address}/${code}`}, other);
    }
    const codes = [...new Set([...this.languages, ...Object.keys(this.value)])];
    const others = COMMON.filter(code => !codes.includes(code));
    return html`<span class="loc" role="group" aria-label=${label}>${repeat(codes, code => code, code => html`<span class="lang"><span class="code" aria-hidden="true" title=${languageName(code)}>${code}</span>
        ${this.input(this.value[code] ?? '', typed => this.storeOne(code, typed), `${id}.${code}`, `${label}, ${languageName(code)}`, code, {...bound, address: `${address}/${code}`})}</span>`)}
      ${this.readOnly || compact ? nothing : html`<span class="loc-acts"><select class="inp sm add-lang" aria-label=${say('{field}: add a language', {field: label})} @change=${event => { this.storeOne(event.target.value, ' '); event.target.value = ''; }}>
          <option value="">${say('Add a language…')}</option>${others.map(code => html`<option value=${code}>${languageName(code)} · ${code}</option>`)}</select>
        <button type="button" class="lnk" @click=${() => this.join()}>${say('One text for all')}</button></span>`}</span>`;
  }
}
customElements.define('tb-localized', LocalizedField);
