// "See as": the fields that say who looks, and the flags as that person has them. For /app, previews and the Toolbox.

import {icon, language, plural, say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import {rolesOf, surfacesOf, tenantsOf} from './model.js';

const PLATFORMS = ['web', 'ios', 'android', 'desktop'];
/** In place of a role: nobody. */
export const NOBODY = '-';
/** Ids of lists must be of one place. */
let lists = 0;

/**
 * @param {Record<string, any>} config
 * @param {Record<string, string>} given role (`-`: none), tenant, version, platform, surface
 * @returns {string} who that is, in a sentence
 */
export function seenAs(config, {role, tenant, version}) {
  const label = rolesOf(config, language).find(one => one.id === role)?.label ?? say('no role');
  return say('Seen as: {role}, {tenant}, version {version}', {role: label, tenant: tenant || say('no tenant'), version: version || '…'});
}

/** @typedef {{config: Record<string, any>, given: Record<string, string>, change: (name: string, value: string) => void}} Fields */

/** One for each place that shows them. @returns {(fields: Fields) => unknown} */
export function seeAs() {
  const list = `app-tenants-${(lists += 1)}`;
  return ({config, given, change}) => {
    const {tenant = '', role, version = '', platform = 'web', surface} = given;
    const field = (/** @type {string} */ name) => (/** @type {Event} */ event) => change(name, /** @type {HTMLInputElement} */ (event.target).value.trim().slice(0, 200));
    const surfaces = surfacesOf(config);
    return html`<div class="app-fields">
      <label><span>${say('Role')}</span><select class="inp sm" @change=${field('role')}><option value=${NOBODY} ?selected=${role === NOBODY}>${say('no role')}</option>${rolesOf(config, language).map(one => html`<option value=${one.id} ?selected=${one.id === role}>${one.label}</option>`)}</select></label>
      <label><span>${say('Tenant')}</span><input class="inp sm" list=${list} autocomplete="off" .value=${tenant} placeholder=${say('no tenant')} @change=${field('tenant')}></label>
      <datalist id=${list}>${tenantsOf(config).map(name => html`<option value=${name}></option>`)}</datalist>
      <label><span>${say('App version')}</span><input class="inp sm" autocomplete="off" .value=${version} @change=${field('version')}></label>
      <label><span>${say('Platform')}</span><select class="inp sm" @change=${field('platform')}>${[...new Set([...PLATFORMS, platform])].map(name => html`<option ?selected=${name === platform}>${name}</option>`)}</select></label>
      ${surfaces.length > 1 ? html`<label><span>${say('Part of the client')}</span><select class="inp sm" @change=${field('surface')}>${surfaces.map(name => html`<option ?selected=${name === surface}>${name}</option>`)}</select></label>` : nothing}
    </div>`;
  };
}

/**
 * The flags of a config, folded away.
 * @param {Record<string, any>} config
 * @param {(key: string) => {isOn: boolean, variant?: string}} read
 * @param {(key: string, isOn: boolean) => void} [assume] of those that only the server evaluates
 */
export function flagMenu(config, read, assume) {
  const flags = Array.isArray(config?.featureFlags) ? config.featureFlags.filter(flag => typeof flag?.key === 'string') : [];
  if (!flags.length) return nothing;
  return html`<details class="menu"><summary class="btn sm">${icon('flag', true)} ${plural('{count} flag', '{count} flags', {count: flags.length})}</summary>
    <div class="menu-body app-flags">${assume && flags.some(flag => flag.remote) ? html`<p class="small muted">${say('Only the server evaluates those with a switch: choose what they are here.')}</p>` : nothing}
    <ul tabindex="0">${flags.map(({key, remote}) => {
      const {isOn, variant = ''} = read(key);
      const told = html`<span class="tag ${isOn ? 'added' : ''}">${['on', 'off', ''].includes(variant) ? (isOn ? say('On') : say('Off')) : variant}</span>`;
      return html`<li><code>${key}</code>${assume && remote ? html`<input type="checkbox" class="sw" role="switch" aria-label=${key} .checked=${isOn} @change=${(/** @type {any} */ event) => assume(key, event.target.checked)}>` : told}</li>`;
    })}</ul></div></details>`;
}
