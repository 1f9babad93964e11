// The form of a segment: conditions that flags share, and who uses it.
import {icon, plural, say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import {attributeChoices, conditionList} from './condition-editor.js';
import {problemLines} from './field-frame.js';
import {switchField} from './fields.js';
import {namesIn} from './flag-conditions.js';
import {insideSegment} from './flag-evaluation.js';
import {seenTenants} from './flag-share.js';
import {whomWords} from './flag-words.js';
import {FormElement} from './form-element.js';
import {address, itemInWords} from './names.js';
import {register} from './registry.js';
import {list} from './sections.js';

class SegmentForm extends FormElement {
  static properties = {...FormElement.properties, tenants: {state: true}};

  constructor() {
    super();
    /** Seen in a day. @type {string[]} */
    this.tenants = [];
  }

  async firstUpdated() {
    const {where} = this.draft;
    this.tenants = (where && await seenTenants(where, where.environment))?.names ?? [];
  }

  /** How many of the tenants seen are in it, where the tenant decides. */
  renderSeen() {
    if (!this.tenants.length || !namesIn(this.item.conditions).attributes.includes('tenant')) return nothing;
    const {environment} = /** @type {import('./api.js').Where} */ (this.draft.where);
    const inside = insideSegment(this.draft.snapshot, this.itemId, environment, this.tenants);
    return inside && html`<p class="hint">${plural('{inside} of {count} tenant seen in {environment}', '{inside} of {count} tenants seen in {environment}', {inside: inside.length, count: this.tenants.length, environment})}${inside.length ? `: ${inside.slice(0, 12).join(', ')}` : ''}</p>`;
  }

  render() {
    const segment = this.item;
    if (!segment) return nothing;
    return html`<div class="form flag" data-item=${`segments/${this.itemId}`}>${attributeChoices()}
      <section class="card" aria-labelledby="tb-whom"><header><h2 id="tb-whom">${say('Who is in it')}</h2></header><div class="body stack">
        <p class="lead">${list(segment.conditions).length ? whomWords(segment) : say('Without a condition everybody is in it.')}</p>
        ${this.renderSeen()}${conditionList(/** @type {any} */ (this), ['conditions'])}
        ${problemLines(this.problemsAt('conditions').filter(problem => problem.path === 'conditions'))}</div></section>
      ${switchField({form: this, path: 'private', label: say('Private'), hint: say('Clients do not get its conditions. Flags that use it are evaluated by the server.')})}
      ${this.renderUses()}</div>`;
  }

  renderUses() {
    const uses = new Map(this.draft.uses('segments', this.itemId).map(use => [`${use.section}/${use.id}`, use]));
    return html`<section class="card" aria-labelledby="tb-users"><header><h2 id="tb-users">${say('Used by')}</h2></header><div class="body">
      ${uses.size ? html`<ul class="dots">${[...uses.values()].slice(0, 200).map(({section, id, field}) => html`<li><a href=${address(section, id, field)}>${itemInWords(section, id, this.draft.find(section, id))}</a></li>`)}</ul>
        <p class="hint">${icon('info', true)} ${plural('Whoever changes the segment changes {count} thing.', 'Whoever changes the segment changes {count} things.', {count: uses.size})}</p>`
    : html`<p class="hint">${say('Nothing uses it.')}</p>`}</div></section>`;
  }
}
customElements.define('tb-segment', SegmentForm);
register('segments', 'tb-segment');
