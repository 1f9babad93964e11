// <app-client>: /app, a client as any other. The SDK brings the config, the gate and the flags; <app-runtime> draws them.

import {icon, language, say} from '../lib.js';
import {createClient} from '../sdk/icontrol.js';
import '../sdk/update-modal.js';
import {LitElement, html, nothing} from '../vendor/lit.js';
import {isOn} from './evaluate.js';
import {modelOf, pageAt} from './model.js';
import {NOBODY, flagMenu, seeAs, seenAs} from './see-as.js';
import './runtime.js';

/** @typedef {import('../sdk/client.js').Client} Client */

/** What of the address says who looks. */
const NAMES = ['key', 'tenant', 'role', 'version', 'platform', 'surface'];
/** Its first version, where the server names none. */
const FIRST = '1.0.0';
const isWide = matchMedia('(min-width: 761px)');

/** @param {string} problem */
function told(problem) {
  if (problem === 'http.401' || problem === 'http.404') return say('The server knows no such client key.');
  if (problem === 'network') return say('The server cannot be reached.');
  return say('The server’s answer could not be used ({problem}).', {problem});
}

export class AppClient extends LitElement {
  static properties = {given: {state: true}, problem: {state: true}, notice: {state: true}, shown: {state: true}, asked: {state: true}};

  constructor() {
    super();
    const query = new URLSearchParams(location.search);
    /** @type {Record<string, string>} */
    this.given = Object.fromEntries(NAMES.map(name => [name, (query.get(name) ?? '').slice(0, 200)]));
    this.given.platform ||= 'web';
    /** @type {string | null} */
    this.problem = null;
    this.notice = '';
    this.asked = false;
    /** What the runtime is given, new with each change. @type {{config: any, context: any} | null} */
    this.shown = null;
    /** @type {Client | null} */
    this.client = null;
    this.modal = /** @type {import('../sdk/update-modal.js').UpdateModal} */ (document.createElement('icontrol-update-modal'));
    // The app is this page, wherever real ones are fetched from: updated, it is the latest version.
    this.modal.onBeforeUpdate = () => {
      const {latest, minSupported} = /** @type {Client} */ (this.client).gate;
      this.given = {...this.given, version: latest ?? minSupported ?? this.given.version};
      this.remember();
    };
    this.isOn = (/** @type {string} */ key) => this.flag(key).isOn;
    this.fields = seeAs();
    this.change = this.change.bind(this);
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    this.replaceChildren();
    super.connectedCallback();
    document.body.append(this.modal);
    window.addEventListener('hashchange', () => this.requestUpdate());
    this.boot();
    // Whether the last round went wrong is told to nobody: it is looked at.
    setInterval(() => { this.problem = this.client?.problem ?? null; }, 1000);
  }

  async boot() {
    if (!this.given.version) {
      const first = this.create('');
      const {latest} = await first.checkVersionGate();
      this.given = {...this.given, version: latest || FIRST};
    }
    this.begin();
  }

  /** @param {string} clientVersion */
  create(clientVersion) {
    const {key, platform, tenant, role, surface} = this.given;
    return createClient({
      baseUrl: location.origin, clientKey: key || undefined, clientVersion, platform, language, surface, tenant: tenant || undefined,
      attributes: role && role !== NOBODY ? {role} : {},
    });
  }

  /** A client of another version or platform is another one. */
  begin() {
    this.client?.stop();
    const client = this.create(this.given.version);
    this.client = client;
    let {serial, version} = client;
    client.subscribe(() => {
      if (client !== this.client) return;
      if (serial && client.serial > serial) {
        this.notice = client.version === version ? say('The config was updated: release {serial}.', {serial: client.serial}) : say('Version {version} is live: the app shows it now.', {version: client.version});
      }
      ({serial, version} = client);
      this.refresh();
    });
    client.start();
    void client.refresh().then(() => { this.asked = true; this.problem = client.problem; this.refresh(); });
    const asking = {clientVersion: this.given.version, get gate() { return {...client.gate, url: ''}; }, refresh: () => client.refresh(), subscribe: (/** @type {() => void} */ run) => client.subscribe(run)};
    this.modal.client = asking;
    this.refresh();
  }

  refresh() {
    const {client} = this;
    if (!client?.document) return;
    const {tenant, role, version, platform, surface} = this.given;
    const context = {tenant, role: role === '' ? undefined : role === NOBODY ? '' : role, version, platform, surface: surface || undefined, language};
    const model = modelOf(client.document, context, this.isOn);
    if (!role) {
      this.given = {...this.given, role: model.role || NOBODY};
      this.identify();
    }
    this.told = (/** @type {string} */ key) => this.isOn(key); // new: a flag may have changed
    this.shown = {config: client.document, context: {...context, role: model.role}};
  }

  identify() {
    const {tenant, role} = this.given;
    this.client?.setContext({tenant: tenant || undefined, attributes: role && role !== NOBODY ? {role} : {}});
  }

  /** @param {string} key */
  flag(key) {
    const {client} = this;
    const answer = client?.flagDetails(key, null);
    const off = client?.document?.featureFlags?.find((/** @type {any} */ flag) => flag.key === key)?.offVariant;
    return {isOn: isOn(answer, off), variant: answer?.variant ?? ''};
  }

  /** The address says who looks: it can be sent to somebody. */
  remember() {
    const query = new URLSearchParams(Object.entries(this.given).filter(([, value]) => value));
    history.replaceState(null, '', `${location.pathname}?${query}${location.hash}`);
  }

  /** @param {string} name @param {string} value */
  change(name, value) {
    if (value === this.given[name]) return;
    this.given = {...this.given, [name]: value};
    this.remember();
    if (name === 'tenant' || name === 'role') this.identify();
    else if (name !== 'surface') this.begin();
    this.refresh();
  }

  /** @param {CustomEvent<{page: string}>} event */
  navigate(event) {
    const {page} = event.detail;
    const model = event.target instanceof Element ? /** @type {any} */ (event.target).model : null;
    const found = model?.pages.find((/** @type {any} */ one) => one.id === page);
    if (found && found.href !== location.hash) history.pushState(null, '', found.href);
    this.requestUpdate();
  }

  updated() {
    const runtime = /** @type {any} */ (this.querySelector('app-runtime'));
    if (!runtime?.model) return;
    const page = pageAt(runtime.model, location.hash)?.id ?? '';
    if (page && page !== runtime.page) [runtime.page, runtime.tab] = [page, ''];
    const {name} = runtime.model.brand;
    const title = runtime.model.pages.find((/** @type {any} */ one) => one.id === runtime.page)?.title;
    document.title = [title, name || say('App'), 'iCONTROL'].filter(Boolean).join(' | ');
  }

  render() {
    return html`${this.bar()}
      ${this.notice ? html`<div class="app-news"><span role="status">${this.notice}</span><button type="button" class="btn ghost sm icon" aria-label=${say('Close')} @click=${() => { this.notice = ''; }}>${icon('x')}</button></div>` : nothing}
      ${this.shown ? html`<app-runtime class="full" .config=${this.shown.config} .context=${this.shown.context} .told=${this.told} @navigate=${this.navigate}></app-runtime>` : html`<p class="app-wait" role="status">${this.waiting()}</p>`}`;
  }

  waiting() {
    if (this.client?.gate.requiresUpdate) return say('The app goes on after the update.');
    if (!this.asked) return say('The app is loading.');
    return this.problem ? told(this.problem) : say('Nothing is published yet. As soon as something is, it appears here.');
  }

  bar() {
    const config = this.shown?.config ?? {};
    return html`<div class="app-bar"><details ?open=${isWide.matches}>
        <summary>${icon('eye', true)} ${seenAs(config, this.given)}</summary>${this.fields({config, given: this.given, change: this.change})}</details>
      <div class="app-state">${flagMenu(config, key => this.flag(key))}${this.state()}</div></div>`;
  }

  state() {
    const {client, problem} = this;
    if (problem && this.shown) return html`<span class="chip bad" role="status">${icon('wifi-off', true)} ${problem === 'network' ? say('Offline: {version}, the last that came', {version: client?.version ?? ''}) : told(problem)}</span>`;
    return client?.version ? html`<span class="chip live">${client.version}</span><span class="muted small">${say('release {serial}', {serial: client.serial})}</span>` : nothing;
  }
}

customElements.define('app-client', AppClient);
