// <app-preview>: the app as it would be, for whoever has the link: as this or that person, on a phone or a desktop.

import {icon, language, say} from '../lib.js';
import {LitElement, html} from '../vendor/lit.js';
import {flagsOf} from './evaluate.js';
import {modelOf, pageAt, surfacesOf} from './model.js';
import {NOBODY, flagMenu, seeAs, seenAs} from './see-as.js';
import './runtime.js';

const isWide = matchMedia('(min-width: 761px)');

export class AppPreview extends LitElement {
  static properties = {given: {state: true}, device: {state: true}, assumed: {state: true}};

  constructor() {
    super();
    this.config = JSON.parse(document.getElementById('preview-config')?.textContent ?? '{}');
    this.fields = seeAs();
    this.device = 'desktop';
    /** What flags are that only the server evaluates. @type {Record<string, boolean>} */
    this.assumed = {};
    this.told = (/** @type {string} */ key) => this.assumed[key];
    const {role, surface} = modelOf(this.config, {language});
    /** @type {Record<string, string>} */
    this.given = {role: role || NOBODY, tenant: '', version: '1.0.0', platform: 'web', surface: surface || surfacesOf(this.config)[0] || ''};
    this.change = (/** @type {string} */ name, /** @type {string} */ value) => { this.given = {...this.given, [name]: value}; };
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    this.replaceChildren();
    super.connectedCallback();
    window.addEventListener('hashchange', () => this.follow());
  }

  firstUpdated() {
    this.follow();
  }

  /** The page that the address names, if it is one of the app. */
  async follow() {
    const runtime = /** @type {import('./runtime.js').AppRuntime} */ (this.querySelector('app-runtime'));
    await runtime.updateComplete;
    const page = runtime.model && pageAt(runtime.model, location.hash);
    if (page) [runtime.page, runtime.tab] = [page.id, ''];
  }

  /** @param {CustomEvent<{page: string}>} event */
  navigate(event) {
    const {model} = /** @type {import('./runtime.js').AppRuntime} */ (event.target);
    const page = model?.pages.find(one => one.id === event.detail.page);
    if (page) history.replaceState(null, '', page.href);
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('assumed')) this.told = (/** @type {string} */ key) => this.assumed[key];
    const {role, ...given} = this.given;
    if (changed.has('given')) this.context = {...given, role: role === NOBODY ? '' : role, environment: this.dataset.environment, language};
    this.isOn = flagsOf(this.config, this.context ?? {}, this.told);
  }

  render() {
    const isOn = /** @type {(key: string) => boolean} */ (this.isOn);
    const devices = [['phone', 'smartphone', say('Phone')], ['desktop', 'monitor', say('Desktop')]];
    return html`<div class="app-bar"><details ?open=${isWide.matches}><summary>${icon('eye', true)} ${seenAs(this.config, this.given)}</summary>${this.fields(this)}</details>
        <div class="app-state">${flagMenu(this.config, key => ({isOn: isOn(key)}), (key, on) => { this.assumed = {...this.assumed, [key]: on}; })}
          <div class="seg preview-devices" role="group" aria-label=${say('Width')}>${devices.map(([name, drawn, label]) => html`<button type="button" aria-pressed=${name === this.device ? 'true' : 'false'} @click=${() => { this.device = name; }}><span>${icon(drawn, true)} ${label}</span></button>`)}</div></div></div>
      <div class="preview-stage ${this.device}"><app-runtime .config=${this.config} .context=${this.context} .told=${this.told} @navigate=${this.navigate}></app-runtime></div>`;
  }
}

customElements.define('app-preview', AppPreview);
