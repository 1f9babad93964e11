// The form of a flag.
import {icon, language, localized, say} from '../lib.js';
import {html, live, nothing} from '../vendor/lit.js';
import {attributeChoices} from './condition-editor.js';
import {brief, framed, write} from './field-frame.js';
import {jsonField, localizedField, switchField, textField} from './fields.js';
import {STATES, TYPES as KINDS, defaultVariant, environmentsOf, inEnvironment, offVariant, ownMembers, ownOf, rolloutAsRule, setOwn, setState, setType, variantsOf} from './flag-model.js';
import {effectsNote, needsEditor} from './flag-needs.js';
import './flag-rules.js';
import {shareField} from './flag-share.js';
import './flag-test.js';
import {variantsEditor} from './flag-variants.js';
import {STATES as WORDS, TYPES, getsWords} from './flag-words.js';
import {FormElement} from './form-element.js';
import {readAddress} from './names.js';
import {isId} from './places.js';
import {register} from './registry.js';
import {list} from './sections.js';

/** @param {string} text an instant @returns {string} as `datetime-local` shows it, in UTC */
const localTime = text => (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString().slice(0, 16) : '');

class FlagForm extends FormElement {
  static properties = {...FormElement.properties, environment: {state: true}};

  constructor() {
    super();
    /** What is edited: everywhere (empty), or one environment. */
    this.environment = '';
    this.goes = () => { this.follow(); };
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('hashchange', this.goes);
    this.follow();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.goes);
  }

  /** Shows what the address names: an environment, a rule. */
  async follow() {
    const {section, id, path} = readAddress(location.hash);
    if (section !== this.section || id !== this.itemId || !path) return;
    const [first, environment] = path.split('/');
    this.environment = first === 'environments' ? environment ?? '' : '';
    await this.updateComplete;
    /** @type {any} */ (this.querySelector('tb-rules'))?.reveal(path);
  }

  get environments() { return environmentsOf(this.item, this.draft.where?.environments ?? []); }

  /** @param {string} name @param {(flag: any) => unknown} recipe */
  edit(name, recipe) { this.change(say('{what} of {item}', {what: name, item: this.itemId}), recipe); }

  render() {
    const flag = this.item;
    if (!flag) return nothing;
    const place = this.environment || this.draft.where?.environment || '';
    return html`<div class="form flag" data-item=${`featureFlags/${this.itemId}`}>${attributeChoices()}
      <div class="fields">${localizedField({form: this, path: 'description', label: say('What it is for'), multiline: true, hint: say('Never sent to clients.')})}
        ${textField({form: this, path: 'owner', label: say('Owner'), hint: say('Who answers for the flag.')})}
        ${this.renderExpiry()}</div>
      <div class="beside"><section class="card" aria-labelledby="tb-who"><header><h2 id="tb-who">${say('Who gets it')}</h2></header><div class="body stack">${this.renderPlaces()}${this.renderState()}
        <tb-rules .draft=${this.draft} .section=${this.section} .itemId=${this.itemId} .environment=${this.environment}></tb-rules></div></section>
      <tb-flag-test .draft=${this.draft} .section=${this.section} .itemId=${this.itemId} .environment=${this.environment}></tb-flag-test></div>
      <section class="card" aria-labelledby="tb-what"><header><h2 id="tb-what">${say('What is served')}</h2></header><div class="body stack">${this.renderType()}${variantsEditor(this)}</div></section>
      <section class="card" aria-labelledby="tb-needs"><header><h2 id="tb-needs">${say('Prerequisites')}</h2></header><div class="body">${needsEditor(this, place)}</div></section>
      ${this.renderMore()}</div>`;
  }

  renderPlaces() {
    const flag = this.item;
    const places = ['', ...this.environments];
    return html`<div class="places" role="group" aria-label=${say('Where')}>${places.map(name => {
      const own = name ? ownMembers(flag, name) : [];
      const before = this.liveItem && getsWords(this.liveItem, name);
      const words = getsWords(flag, name);
      return html`<button type="button" class="place" aria-pressed=${String(this.environment === name)} @click=${() => { this.environment = name; }}>
        <b>${name || say('Everywhere')}</b> ${own.length ? html`<span class="tag changed">${say('own settings')}</span>` : nothing}
        <span class="what">${words}</span>${before && before !== words ? html`<span class="was">${say('Live: {value}', {value: before})}</span>` : nothing}</button>`;
    })}</div>`;
  }

  renderState() {
    const {item: flag, environment, readOnly} = this;
    const own = environment ? ownMembers(flag, environment) : ['state'];
    const {state} = inEnvironment(flag, environment);
    const chosen = own.includes('state') ? state : '';
    const path = environment ? ['environments', environment, 'state'] : ['state'];
    const share = environment ? ['environments', environment, 'rollout'] : ['rollout'];
    const inherited = environment && state === 'ROLLOUT' && !own.includes('rollout');
    return html`${framed({form: this, path, label: environment ? say('State in {environment}', {environment}) : say('State everywhere'), words: value => WORDS[value]?.[0] ?? brief(value)}, html`<div class="seg states" role="group" aria-label=${say('State')}>
        ${environment ? html`<button type="button" ?disabled=${readOnly} aria-pressed=${String(chosen === '')} @click=${() => this.edit(say('State'), one => setState(one, environment, undefined))}>${say('As everywhere')}</button>` : nothing}
        ${STATES.map(name => html`<button type="button" ?disabled=${readOnly} aria-pressed=${String(chosen === name)} aria-describedby=${name.endsWith('OFF') ? 'tb-flag-effects' : nothing}
          @click=${() => this.edit(say('State'), one => setState(one, environment, name))}>${WORDS[name][0]}</button>`)}</div>
        <p class="hint">${chosen === '' ? say('As everywhere: {state}.', {state: WORDS[state]?.[0] ?? '…'}) : WORDS[state]?.[1] ?? ''}</p>`, {group: true})}
      ${environment ? this.renderOwnLive() : nothing}
      ${effectsNote(this, environment || this.draft.where?.environment || '')}
      ${state === 'ROLLOUT' ? this.renderIdle() : nothing}
      ${state !== 'ROLLOUT' ? nothing : inherited
    ? html`<p class="hint">${say('The share is that of everywhere.')} ${readOnly ? nothing : html`<button type="button" class="lnk" @click=${() => this.edit(say('Rollout'), one => setOwn(one, environment, 'rollout', inEnvironment(one, environment).rollout ?? 0))}>${say('Give {environment} its own share', {environment})}</button>`}</p>`
    : shareField({form: this, path: share, label: say('Rollout'), flag, environment})}`;
  }

  /** Where only the draft, or only what is live, has something of its own here: what is live, and the way back. */
  renderOwnLive() {
    const {item: flag, liveItem, environment} = this;
    if (!liveItem || ownMembers(flag, environment).length > 0 === ownMembers(liveItem, environment).length > 0) return nothing;
    const words = getsWords(liveItem, environment);
    return html`<p class="was">${say('Live: {value}', {value: words})} ${this.readOnly ? nothing : html`<button type="button" class="lnk" aria-label=${say('Restore {field}: {value}', {field: environment, value: words})}
      @click=${() => {
    const own = structuredClone(ownOf(liveItem, environment));
    this.edit(say('Settings in {environment}', {environment}), one => ['state', 'rollout', 'rules'].forEach(name => setOwn(one, environment, name, own[name])));
  }}>${say('Restore')}</button>`}</p>`;
  }

  /** A rollout to the off variant turns nothing on: told, with the way out. */
  renderIdle() {
    const {item: flag, environment} = this;
    const off = offVariant(flag);
    const variant = defaultVariant(flag) === off ? variantsOf(flag).find(({key}) => key !== off)?.key : undefined;
    if (variant === undefined) return nothing;
    return html`<div class="callout w">${icon('triangle-alert')}<div><p>${say('The default variant of this flag is its off variant, so the rollout turns nothing on. A rule for everybody can have the share instead.')}</p>
      ${this.readOnly ? nothing : html`<p><button type="button" class="btn sm" @click=${() => {
    const rules = structuredClone(list(inEnvironment(flag, environment).rules));
    this.edit(say('Rollout as a rule'), one => rolloutAsRule(one, environment, rules, variant));
  }}>${say('Give “{variant}” to this share, by a rule', {variant})}</button></p>`}</div></div>`;
  }

  renderExpiry() {
    const value = this.item.expiresAt;
    const label = say('To be removed by');
    const isDay = value === undefined || /^\d{4}-\d\d-\d\d$/.test(value);
    return framed({form: this, path: 'expiresAt', label, hint: say('Only warns: the flag goes on working.')}, html`<input class="inp" type=${isDay ? 'date' : 'text'} aria-label=${label} ?readonly=${this.readOnly}
      .value=${live(String(value ?? ''))} @change=${(/** @type {any} */ event) => write(this, 'expiresAt', event.target.value || undefined, label)}>`, {group: true});
  }

  renderType() {
    const {type} = this.item;
    return html`<div class="fields">${framed({form: this, path: 'type', label: say('Type'), hint: this.liveItem && this.liveItem.type !== type ? say('Apps that ask for the old type get their own default.') : ''}, html`<select class="inp" aria-label=${say('Type')} ?disabled=${this.readOnly}
      @change=${(/** @type {any} */ event) => this.edit(say('Type'), flag => setType(flag, event.target.value))}>
      ${type === undefined ? html`<option value="" .selected=${live(true)}>${say('choose…')}</option>` : nothing}
      ${KINDS.map(kind => html`<option value=${kind} .selected=${live(kind === type)}>${TYPES[kind]}</option>`)}</select>`, {group: true})}</div>`;
  }

  renderMore() {
    const by = this.item.bucketBy;
    return html`<details class="card more"><summary>${say('More: key, dates, dealing, schema')}</summary><div class="body stack">
      <div class="fields">${this.renderKey()}
        ${switchField({form: this, path: 'remote', label: say('Only the server evaluates it')})}
        ${this.renderInstant('enabledFrom', say('On from (UTC)'), say('Before, everybody gets the off variant.'))}
        ${this.renderInstant('enabledUntil', say('On until (UTC)'), say('From then on, everybody gets the off variant.'))}
        ${framed({form: this, path: 'bucketBy', label: say('Shares are dealt by'), hint: say('An attribute, or several: the first that is there counts. Left out: tenant.')}, html`<input class="inp mono" aria-label=${say('Shares are dealt by')} placeholder="tenant" ?readonly=${this.readOnly}
          .value=${live([by ?? ''].flat().join(', '))} @change=${(/** @type {any} */ event) => {
    const names = event.target.value.split(',').map((/** @type {string} */ name) => name.trim()).filter(Boolean);
    write(this, 'bucketBy', names.length > 1 ? names : names[0], say('Shares are dealt by'));
  }}>`, {group: true})}
        ${framed({form: this, path: 'bucketing', label: say('Seed'), hint: say('Another seed deals everybody anew. Flags with one seed reach the same people.')}, html`<input class="inp mono" aria-label=${say('Seed')} data-path="bucketing/seed" placeholder=${this.itemId} ?readonly=${this.readOnly}
          .value=${live(this.item.bucketing?.seed ?? '')} @change=${(/** @type {any} */ event) => this.edit(say('Seed'), flag => {
    const {algorithm = 'murmur3'} = flag.bucketing ?? {};
    flag.bucketing = event.target.value ? {...flag.bucketing, algorithm, seed: event.target.value} : algorithm === 'murmur3' ? undefined : {algorithm};
  })}>`, {group: true})}</div>
      ${jsonField({form: this, path: 'schema', label: say('What values must be (JSON Schema)'), rows: 4})}</div></details>`;
  }

  /** @param {'enabledFrom' | 'enabledUntil'} field @param {string} label @param {string} hint */
  renderInstant(field, label, hint) {
    const value = this.item[field];
    return framed({form: this, path: field, label, hint: value === undefined ? hint : `${hint} ${brief(value)}`}, html`<input class="inp" type="datetime-local" aria-label=${label} ?readonly=${this.readOnly} .value=${live(localTime(String(value ?? '')))}
      @change=${(/** @type {any} */ event) => write(this, field, event.target.value ? `${event.target.value.slice(0, 16)}:00Z` : undefined, label)}>`, {group: true});
  }

  renderKey() {
    const isLive = this.liveItem !== undefined;
    return framed({form: this, path: 'key', label: say('Key'), hint: isLive ? say('Apps ask for it by this name. Under another one they get their own default.') : say('The name that apps ask for.')}, html`<input class="inp mono" aria-label=${say('Key')} autocomplete="off" spellcheck="false" lang=${language} ?readonly=${this.readOnly}
      .value=${live(this.itemId)} @change=${(/** @type {any} */ event) => this.renameTo(event.target.value.trim())}>`, {group: true});
  }

  /** @param {string} key */
  renameTo(key) {
    if (key === this.itemId || !isId(key) || this.draft.find('featureFlags', key)) {
      this.requestUpdate();
      return;
    }
    this.draft.rename('featureFlags', this.itemId, key, say('{item} is called {key}', {item: localized(this.itemId), key}));
    location.hash = `#/featureFlags/${encodeURIComponent(key)}`;
  }
}
customElements.define('tb-flag', FlagForm);
register('featureFlags', 'tb-flag');
