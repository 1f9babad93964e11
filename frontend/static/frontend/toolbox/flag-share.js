// A share of everybody: a slider in steps of 0.01 %, the shares that people choose most, and how many of those seen it reaches.
import {icon, number, plural, request, say} from '../lib.js';
import {LitElement, html, live, nothing, svg} from '../vendor/lit.js';
import {query} from './api.js';
import {brief, framed, valueOf, write} from './field-frame.js';
import {reached} from './flag-evaluation.js';
import {QUICK, WHOLE, percentOf, shareOf} from './flag-model.js';
import {percent} from './flag-words.js';
import {cleaned} from './id-cleaning.js';

const KEPT_MS = 60_000;
/** Environment → the tenants that it saw in a day, for a minute. @type {Map<string, {at: number, answer: Promise<{names: string[], of: number} | null>}>} */
const seen = new Map();

/** @param {import('./api.js').Where} where @param {string} environment @returns {Promise<{names: string[], of: number} | null>} null: nobody can tell */
export function seenTenants(where, environment) {
  const known = seen.get(environment);
  if (known && Date.now() - known.at < KEPT_MS) return known.answer;
  const answer = request(`/api/clients${query({...where, environment})}`)
    .then(({body}) => ({names: body.tenants.map((/** @type {{tenant: string}} */ one) => one.tenant), of: body.tenantsSeen}))
    .catch(() => null);
  seen.set(environment, {at: Date.now(), answer});
  return answer;
}

/** A part of a bar of weights. @param {number} x @param {number} width @param {string} colour */
export const weight = (x, width, colour) => svg`<rect x=${x} y="0" width=${width} height="8" class=${colour}></rect>`;

/**
 * @param {import('./field-frame.js').Field & {flag: any, rule?: any, environment?: string}} field `rule`: whose share it is
 */
export function shareField(field) {
  const {form, path, label} = field;
  const share = valueOf(form, path);
  const {readOnly} = form.draft;
  const store = (/** @type {number} */ to) => write(form, path, to, label);
  return framed({...field, words: value => (typeof value === 'number' ? percent(value) : brief(value))}, html`<div class="share">
    <div class="row"><input type="range" class="rng grow" min="0" max=${WHOLE} step="1" aria-label=${label} aria-valuetext=${percent(share)} ?disabled=${readOnly}
        .value=${live(String(share ?? 0))} @input=${(/** @type {any} */ event) => store(Number(event.target.value))}>
      <span class="with-unit"><input class="inp sm num" type="number" min="0" max="100" step="0.01" aria-label=${say('{field} in percent', {field: label})} ?readonly=${readOnly}
        .value=${live(String(percentOf(share)))} @change=${(/** @type {any} */ event) => { if (!Number.isNaN(event.target.valueAsNumber)) store(shareOf(event.target.valueAsNumber)); }}><span class="unit">%</span></span></div>
    ${readOnly ? nothing : html`<div class="seg" role="group" aria-label=${say('Usual shares')}>${QUICK.map(step => html`<button type="button" aria-pressed=${String(share === step * 100)} @click=${() => store(step * 100)}>${say('{percent} %', {percent: step})}</button>`)}</div>`}
    <tb-reach .draft=${form.draft} .environment=${field.environment ?? ''} .flag=${field.flag} .rule=${field.rule} .share=${typeof share === 'number' ? share : 0}></tb-reach></div>`, {group: true, wide: true});
}

/** How many a share reaches: of the tenants seen, and of a list that somebody pastes. */
class Reach extends LitElement {
  static properties = {draft: {attribute: false}, environment: {}, flag: {attribute: false}, rule: {attribute: false}, share: {type: Number}, tenants: {state: true}, pasted: {state: true}};

  constructor() {
    super();
    /** @type {any} */ this.draft = undefined;
    this.environment = '';
    /** @type {any} */ this.flag = undefined;
    /** @type {any} */ this.rule = undefined;
    this.share = 0;
    /** @type {{names: string[], of: number} | null} */
    this.tenants = null;
    this.pasted = '';
  }

  createRenderRoot() { return this; }

  get place() { return this.environment || this.draft?.where?.environment || ''; }
  get by() { return [this.rule?.bucketBy ?? this.flag?.bucketBy ?? 'tenant'].flat(); }

  /** @param {Map<PropertyKey, any>} changed */
  willUpdate(changed) {
    if (!this.draft?.where || !(changed.has('environment') || changed.has('draft'))) return;
    const place = this.place;
    seenTenants(this.draft.where, place).then(tenants => { if (this.place === place) this.tenants = tenants; });
  }

  /** @param {string[]} ids */
  count(ids) {
    const {key, bucketing} = this.flag;
    const seed = this.rule?.seed ?? bucketing?.seed;
    try {
      return reached({key: String(key ?? ''), bucketing: {...bucketing, ...(seed === undefined ? {} : {seed})}}, this.share, ids);
    } catch {
      return null;
    }
  }

  /** @param {any} event */
  async upload(event) {
    const [file] = event.target.files;
    if (file && file.size <= 4_000_000) this.pasted = await file.text();
    event.target.value = '';
  }

  renderSeen() {
    if (this.by[0] !== 'tenant') return html`<p class="hint">${say('Dealt by {attribute}. Raising the share takes nobody out.', {attribute: this.by.join(', ')})}</p>`;
    const found = this.tenants?.of ? this.count(this.tenants.names) : null;
    if (!found || !this.tenants) return html`<p class="hint">${say('Of all tenants, {share}. Raising the share takes nobody out.', {share: percent(this.share)})}</p>`;
    const exact = found.of === this.tenants.of;
    const inside = exact ? found.inside : Math.round(found.inside / Math.max(found.of, 1) * this.tenants.of);
    const words = {inside, count: this.tenants.of, environment: this.place};
    return html`<p class="reach"><b>${exact ? plural('{inside} of {count} tenant seen in {environment}', '{inside} of {count} tenants seen in {environment}', words) : plural('≈ {inside} of {count} tenant seen in {environment}', '≈ {inside} of {count} tenants seen in {environment}', words)}</b>
      <span class="muted">${say('in 24 hours. Raising the share takes nobody out.')}</span></p>${found.names.length ? html`<p class="hint">${this.named(found)}</p>` : nothing}`;
  }

  /** @param {{inside: number, names: string[]}} found */
  named({inside, names}) {
    return names.join(', ') + (inside > names.length ? `, ${plural('{count} more', '{count} more', {count: inside - names.length})}` : '');
  }

  render() {
    if (!this.flag) return nothing;
    const what = this.by.join(', ');
    return html`${this.renderSeen()}<details class="more"><summary>${say('Count a list')}</summary><div class="stack tight">
      <label class="f"><span>${say('Ids ({attribute}), one per line or separated by commas', {attribute: what})}</span><textarea class="mono" rows="3" spellcheck="false" .value=${live(this.pasted)} @input=${(/** @type {any} */ event) => { this.pasted = event.target.value; }}></textarea></label>
      <div class="row"><label class="btn sm file">${icon('upload', true)}${say('CSV or text file')}<input type="file" class="vh" accept=".csv,.txt,.tsv,text/csv,text/plain" @change=${(/** @type {any} */ event) => this.upload(event)}></label>
        <span role="status">${this.pasted.trim() ? this.counted() : nothing}</span></div></div></details>`;
  }

  counted() {
    const {ids} = cleaned(this.pasted);
    const found = this.count(ids);
    if (!found) return say('It cannot be counted: the flag is damaged.');
    return html`<b>${say('{inside} of {of} ({percent} %)', {inside: found.inside, of: found.of, percent: found.of ? number(Math.round(1000 * found.inside / found.of) / 10) : 0})}</b> ${found.names.length ? html`<span class="muted">${this.named(found)}</span>` : nothing}`;
  }
}
customElements.define('tb-reach', Reach);
