// What the draft's flags will do to the tenants that were seen: shown before a publish.
import {LitElement, html, nothing} from '../vendor/lit.js';
import {icon, plural, say} from '../lib.js';
import {impactOf} from './flag-impact.js';
import {seenTenants} from './flag-share.js';

const MOST_NAMED = 8;

class ImpactList extends LitElement {
  static properties = {draft: {attribute: false}, impacts: {state: true}, tenants: {state: true}};

  constructor() {
    super();
    /** @type {import('./draft.js').Draft} */
    this.draft = /** @type {any} */ (undefined);
    /** @type {import('./flag-impact.js').Impact[]} */
    this.impacts = [];
    /** @type {{names: string[], of: number} | null} */
    this.tenants = null;
  }

  createRenderRoot() { return this; }

  async firstUpdated() {
    const {where, live, edited} = this.draft;
    if (!where) return;
    const tenants = await seenTenants(where, where.environment);
    if (!tenants?.names.length) return;
    this.impacts = impactOf(live, edited, where.environment, tenants.names);
    this.tenants = tenants;
  }

  /** @param {string[]} names */
  named(names) {
    const more = names.length - MOST_NAMED;
    return names.slice(0, MOST_NAMED).join(', ') + (more > 0 ? `, ${plural('{count} more', '{count} more', {count: more})}` : '');
  }

  /** @param {import('./flag-impact.js').Impact} impact */
  row({key, gains, loses, others, unknown}) {
    const lines = [
      gains.length && html`<span class="tag added">${icon('circle-plus', true)}${plural('{count} tenant gets it', '{count} tenants get it', {count: gains.length})}</span> <span class="muted">${this.named(gains)}</span>`,
      loses.length && html`<span class="tag removed">${icon('circle-minus', true)}${plural('{count} tenant loses it', '{count} tenants lose it', {count: loses.length})}</span> <span class="muted">${this.named(loses)}</span>`,
      others.length && html`<span class="tag changed">${icon('pencil', true)}${plural('{count} tenant gets another value', '{count} tenants get another value', {count: others.length})}</span> <span class="muted">${this.named(others)}</span>`,
      unknown && html`<span class="muted">${say('Only the server can tell: a pattern decides.')}</span>`,
    ].filter(Boolean);
    return html`<li class="impact"><code>${key}</code><div>${lines.map(line => html`<p>${line}</p>`)}</div></li>`;
  }

  render() {
    if (!this.tenants || !this.impacts.length) return nothing;
    const {of, names} = this.tenants;
    return html`<section class="diff" aria-labelledby="impact-title"><h2 id="impact-title">${plural('What the flags do to {count} tenant seen in 24 hours', 'What the flags do to {count} tenants seen in 24 hours', {count: names.length})}</h2>
      <ul>${this.impacts.map(impact => this.row(impact))}</ul></section>
      <p class="hint">${of > names.length ? say('The most seen of {of}.', {of}) : nothing} ${say('With all changes of the draft, by the tenant alone: roles, versions and other attributes may decide otherwise.')}</p>`;
  }
}
customElements.define('tb-impact', ImpactList);
