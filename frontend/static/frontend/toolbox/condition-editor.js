// Conditions as rows of choices: questions, segments, groups; `not` is a button on each.
import {icon, plural, say} from '../lib.js';
import {html, live, nothing} from '../vendor/lit.js';
import {itemsOf} from './choices.js';
import {framed, problemLines, valueOf, write} from './field-frame.js';
import {idListField, jsonField, referenceField, textField} from './fields.js';
import {ATTRIBUTES, DEEPEST, blank, hasCase, isList, kindOf, operatorsFor, partsOf, regrouped, valuesOf, withAttribute, withOperator, wrapped} from './flag-conditions.js';
import {OPERATORS, attributeName} from './flag-words.js';
import {list} from './sections.js';

/** @typedef {import('./field-frame.js').Form} Form */
/** @typedef {(string | number)[]} Path */

/** Conditions of a list that are drawn; a pasted document may have thousands. */
const SHOWN = 60;
const EXAMPLES = {number: '100', moment: '2026-12-01T08:00:00+01:00', version: '1.4.0', network: '192.0.2.0/24', pattern: '^acme-', text: 'acme', none: ''};

/** Names that people may choose from, once in each page. */
export const attributeChoices = () => html`<datalist id="tb-attributes">${ATTRIBUTES.map(name => html`<option value=${name}>${attributeName(name)}</option>`)}</datalist>`;

/**
 * A list of conditions that must all hold, or of which one must.
 * @param {Form} form @param {Path} path of the list @param {{word?: string, depth?: number, remove?: () => void}} [given]
 *   `word`: what stands between two; `remove`: what is done instead of leaving an empty list
 */
export function conditionList(form, path, {word = say('and'), depth = 0, remove} = {}) {
  const conditions = list(valueOf(form, path));
  const {readOnly} = form.draft;
  /** @param {any} condition */
  const add = condition => { write(form, path, [...conditions, condition], say('Conditions')); };
  /** @param {number} at */
  const without = at => {
    if (conditions.length === 1 && remove) remove();
    else write(form, path, conditions.filter((_, place) => place !== at), say('Conditions'));
  };
  const segments = itemsOf(form.draft, 'segments');
  return html`<div class="conds" data-path=${path.join('/')}>
    ${conditions.slice(0, SHOWN).map((condition, at) => html`${at ? html`<p class="between">${word}</p>` : nothing}${oneCondition(form, [...path, at], condition, depth, () => without(at))}`)}
    ${conditions.length > SHOWN ? html`<p class="hint">${plural('{count} more condition: edit it as JSON.', '{count} more conditions: edit them as JSON.', {count: conditions.length - SHOWN})}</p>` : nothing}
    ${readOnly ? nothing : html`<div class="row"><button type="button" class="btn ghost sm" @click=${() => add(blank('question'))}>${icon('plus', true)}${say('Condition')}</button>
      ${segments.length ? html`<button type="button" class="btn ghost sm" @click=${() => add(blank('segment', {segment: segments[0][0]}))}>${icon('plus', true)}${say('Segment')}</button>` : nothing}
      ${depth < DEEPEST - 1 ? html`<button type="button" class="btn ghost sm" @click=${() => add(blank('any'))}>${icon('plus', true)}${say('Group')}</button>` : nothing}</div>`}</div>`;
}

/** @param {Form} form @param {Path} path @param {any} condition @param {number} depth @param {() => void} remove */
function oneCondition(form, path, condition, depth, remove) {
  const negated = kindOf(condition) === 'not' && kindOf(condition.not) !== 'not';
  const inner = negated ? condition.not : condition;
  const at = negated ? [...path, 'not'] : path;
  const kind = depth >= DEEPEST ? 'odd' : kindOf(inner);
  const group = kind === 'all' || kind === 'any';
  const {readOnly} = form.draft;
  const mine = form.problemsAt(path.join('/')).filter(problem => [path.join('/'), at.join('/')].includes(problem.path));
  return html`<div class="cond ${group ? 'group' : ''} ${negated ? 'negated' : ''}" role="group" aria-label=${group ? say('Group of conditions') : say('Condition')}>
    <button type="button" class="notbtn" aria-pressed=${String(negated)} ?disabled=${readOnly} title=${say('Turns the condition around')} @click=${() => write(form, path, wrapped(condition, 'not'), say('Conditions'))}>${say('not')}</button>
    <div class="inside" data-path=${path.join('/')}>${group ? groupOf(form, at, inner, depth, remove) : kind === 'question' ? question(form, at, inner) : kind === 'segment'
    ? html`<span class="fixed">${say('in the segment')}</span>${referenceField({form, path: [...at, 'segment'], section: 'segments', label: say('Segment'), required: true, compact: true})}`
    : jsonField({form, path: at, label: say('Condition as JSON'), required: true})}</div>
    ${readOnly ? nothing : html`<button type="button" class="btn ghost sm icon" aria-label=${group ? say('Remove the group') : say('Remove the condition')} @click=${remove}>${icon('x', true)}</button>`}
    ${mine.length ? html`<div class="all">${problemLines(mine)}</div>` : nothing}</div>`;
}

/** @param {Form} form @param {Path} path @param {any} group @param {number} depth @param {() => void} remove */
function groupOf(form, path, group, depth, remove) {
  const kind = /** @type {'all' | 'any'} */ (kindOf(group));
  return html`<div class="stack tight"><select class="inp sm" aria-label=${say('Of the group')} ?disabled=${form.draft.readOnly}
      @change=${(/** @type {any} */ event) => write(form, path, regrouped(group, event.target.value), say('Conditions'))}>
      <option value="all" .selected=${live(kind === 'all')}>${say('all of these')}</option><option value="any" .selected=${live(kind === 'any')}>${say('one of these')}</option></select>
    ${conditionList(form, [...path, kind], {word: kind === 'all' ? say('and') : say('or'), depth: depth + 1, remove})}
    ${partsOf(group).length ? nothing : html`<p class="err">${icon('circle-x', true)}<span>${say('A group needs a condition.')}</span></p>`}</div>`;
}

/** @param {Form} form @param {Path} path @param {any} condition */
function question(form, path, condition) {
  const {attribute = '', operator = ''} = condition;
  const {usual, others} = operatorsFor(attribute);
  const kind = valuesOf(operator);
  const values = list(condition.values);
  const {readOnly} = form.draft;
  const options = (/** @type {string[]} */ names) => names.map(name => html`<option value=${name} .selected=${live(name === operator)}>${OPERATORS[name]}</option>`);
  const label = attribute ? say('Values of {attribute}', {attribute: attributeName(attribute)}) : say('Values');
  return html`${framed({form, path: [...path, 'attribute'], label: say('Attribute'), compact: true}, html`<input class="inp sm mono" list="tb-attributes" autocomplete="off" spellcheck="false" aria-label=${say('Attribute')} ?readonly=${readOnly} .value=${live(String(attribute))} @input=${(/** @type {any} */ event) => write(form, [...path, 'attribute'], event.target.value, say('Attribute'))}
      @change=${(/** @type {any} */ event) => write(form, path, withAttribute(condition, event.target.value.trim()), say('Attribute'))}>`, {group: true})}
    ${framed({form, path: [...path, 'operator'], label: say('Comparison'), compact: true}, html`<select class="inp sm" aria-label=${say('Comparison')} ?disabled=${readOnly}
      @change=${(/** @type {any} */ event) => write(form, path, withOperator(condition, event.target.value), say('Comparison'))}>
      ${others.length ? html`<optgroup label=${say('Usual')}>${options(usual)}</optgroup><optgroup label=${say('Others')}>${options(others)}</optgroup>` : options(usual)}
      ${operator in OPERATORS ? nothing : html`<option value=${operator} .selected=${live(true)}>${operator || say('choose…')}</option>`}</select>`, {group: true})}
    ${kind === 'none' ? nothing : html`<div class="vals">${isList(operator) || values.length > 1
    ? idListField({form, path: [...path, 'values'], label, required: true, compact: true})
    : textField({form, path: [...path, 'values', 0], label, required: true, compact: true, mono: true, placeholder: EXAMPLES[kind]})}
      ${hasCase(operator) ? html`<label class="ticked small"><input type="checkbox" ?disabled=${readOnly} .checked=${live(condition.ignoreCase === true)}
        @change=${(/** @type {any} */ event) => write(form, [...path, 'ignoreCase'], event.target.checked || undefined, say('Conditions'))}>${say('upper and lower case are the same')}</label>` : nothing}</div>`}`;
}
