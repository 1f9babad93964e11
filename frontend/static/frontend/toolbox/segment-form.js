// The form of a segment: conditions that flags share, and who uses it.
import {icon, plural, say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import {attributeChoices, conditionList} from './condition-editor.js';
import {problemLines} from './field-frame.js';
import {switchField} from './fields.js';
import {whomWords} from './flag-words.js';
import {FormElement} from './form-element.js';
import {address, itemInWords} from './names.js';
import {register} from './registry.js';
import {list} from './sections.js';

class SegmentForm extends FormElement {
  render() {
    const segment = this.item;
    if (!segment) return nothing;
    return html`<div class="form flag" data-item=${`segments/${this.itemId}`}>${attributeChoices()}
      <section class="card" aria-labelledby="tb-whom"><header><h2 id="tb-whom">${say('Who is in it')}</h2></header><div class="body stack">
        <p class="lead">${list(segment.conditions).length ? whomWords(segment) : say('Without a condition everybody is in it.')}</p>
        ${conditionList(/** @type {any} */ (this), ['conditions'])}
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
