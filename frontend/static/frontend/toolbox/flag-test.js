// "Test one context": what the draft serves to somebody, at once by the SDK, and step by step by the server.
import {Refused, icon, localized, request, say} from '../lib.js';
import {html, live, nothing} from '../vendor/lit.js';
import {query} from './api.js';
import {attributesOf} from './flag-effects.js';
import {contextOf, evaluate} from './flag-evaluation.js';
import {inEnvironment, offVariant} from './flag-model.js';
import {seenTenants} from './flag-share.js';
import {attributeName, reasonWords, valueWords} from './flag-words.js';
import {FormElement} from './form-element.js';

/** Milliseconds without a key press until the server is asked, and until a changed draft is evaluated. */
const QUIET = 350;
const SOON = 120;
const USUAL = ['tenant', 'role', 'platform', 'clientVersion'];
const MOST_ASKED = 16;
/** What was typed stays from one flag to the next. @type {Record<string, string>} */
const typed = {};

class FlagTest extends FormElement {
  static properties = {...FormElement.properties, environment: {}, told: {state: true}, failed: {state: true}, more: {state: true}, tenants: {state: true}};

  constructor() {
    super();
    this.environment = '';
    /** The server's explanation. @type {any} */
    this.told = null;
    this.failed = '';
    /** Attributes that somebody added. @type {string[]} */
    this.more = [];
    /** Seen in the environment. @type {string[]} */
    this.tenants = [];
    this.asked = '';
    // Whoever types into the form does not wait for an evaluation.
    this.again = () => {
      clearTimeout(this.soon);
      this.soon = setTimeout(() => { this.requestUpdate(); }, SOON);
    };
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.soon = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {AbortController | null} */
    this.flight = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    clearTimeout(this.soon);
    this.flight?.abort();
  }

  get place() { return this.environment || this.draft.where?.environment || ''; }
  get askedAttributes() { return [...new Set([...attributesOf(this.draft.snapshot, this.itemId, this.place).filter(name => name !== 'currentTime'), ...USUAL, ...this.more])].slice(0, MOST_ASKED); }
  get context() {
    const names = this.askedAttributes;
    return contextOf(Object.fromEntries(Object.entries(typed).filter(([name]) => names.includes(name))));
  }

  /** @param {Map<PropertyKey, any>} changed */
  updated(changed) {
    if (!this.item || !this.draft.where) return;
    if (changed.has('environment') || changed.has('draft')) this.suggest(this.place);
    // The server explains what it has: once the draft is saved.
    if (!this.readOnly && this.draft.state !== 'saved') return;
    const asked = JSON.stringify([this.itemId, this.place, this.context, this.readOnly, this.readOnly ? '' : this.draft.etag]);
    if (asked === this.asked) return;
    this.asked = asked;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.explain(); }, QUIET);
  }

  /** @param {string} place */
  async suggest(place) {
    const seen = this.draft.where && await seenTenants(this.draft.where, place);
    if (this.place === place) this.tenants = seen?.names ?? [];
  }

  async explain() {
    this.flight?.abort();
    const flight = this.flight = new AbortController();
    const {where} = this.draft;
    if (!where) return;
    const body = {environment: this.place, channel: this.readOnly ? 'live' : 'draft', context: this.context};
    try {
      const answer = await request(`/api/flags/${encodeURIComponent(this.itemId)}/explain${query({...where, environment: this.place})}`, {method: 'POST', body, signal: flight.signal});
      if (flight.signal.aborted) return;
      this.told = answer.body;
      this.failed = '';
    } catch (error) {
      if (flight.signal.aborted) return;
      this.told = null;
      this.failed = error instanceof Refused ? error.message : say('The server does not answer; the steps are shown when it does.');
    }
  }

  /** @param {string} name @param {string} text */
  type(name, text) {
    typed[name] = text;
    this.told = null;
    this.requestUpdate();
  }

  render() {
    const flag = this.item;
    if (!flag) return nothing;
    const resolved = inEnvironment(flag, this.place);
    const own = evaluate(this.draft.snapshot, this.itemId, this.place, this.context);
    // What the server says counts more: it knows kill switches and patterns.
    const current = this.told && (this.readOnly || this.draft.state === 'saved') ? this.told : null;
    const answer = current ?? own;
    const isOff = !answer || answer.variant === null || answer.variant === offVariant(flag);
    return html`<section class="card test" aria-labelledby="tb-test"><header><h2 class="grow" id="tb-test">${say('Test one context')}</h2><span class="tag">${this.place}</span></header>
      <div class="body stack">${this.tenants.length ? html`<datalist id="tb-tenants">${this.tenants.map(name => html`<option value=${name}></option>`)}</datalist>` : nothing}<div class="fields">${this.askedAttributes.map(name => html`<label class="f"><span>${attributeName(name)}</span><input class="inp sm" autocomplete="off" spellcheck="false" data-attribute=${name} list=${name === 'tenant' && this.tenants.length ? 'tb-tenants' : nothing}
          .value=${live(typed[name] ?? '')} @input=${(/** @type {any} */ event) => this.type(name, event.target.value)}></label>`)}
        <label class="f"><span>${say('Another attribute')}</span><input class="inp sm mono" autocomplete="off" spellcheck="false" placeholder="seats" @change=${(/** @type {any} */ event) => {
    const name = event.target.value.trim();
    if (name) this.more = [...this.more, name];
    event.target.value = '';
  }}></label></div>
        <div class="answer ${isOff ? '' : 'on'}" role="status">${answer
    ? html`<p class="big"><span class="chip ${isOff ? '' : 'live'}">${answer.variant ?? '—'}</span> <code>${valueWords(answer.value)}</code></p><p>${reasonWords(answer, resolved)}</p>`
    : html`<p>${say('Only the server can tell: a pattern decides.')}</p>`}</div>
        ${this.renderSteps(current)}</div></section>`;
  }

  /** @param {any} current */
  renderSteps(current) {
    if (this.failed) return html`<p class="hint">${icon('info', true)} ${this.failed}</p>`;
    if (!current) return html`<p class="hint">${say('The steps follow once the draft is saved.')}</p>`;
    return html`<h3>${say('Step by step')}</h3><ol class="steps">${current.steps.slice(0, 200).map((/** @type {any} */ step) => html`<li>${localized(step)}</li>`)}</ol>`;
  }
}
customElements.define('tb-flag-test', FlagTest);
