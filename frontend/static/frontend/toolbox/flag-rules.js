// The rules of a flag, everywhere or in one environment: in their order, switched off and on, each in a sentence and open to be edited.
import {icon, plural, say} from '../lib.js';
import {html, live, nothing, repeat} from '../vendor/lit.js';
import {announce} from './announce.js';
import {conditionList} from './condition-editor.js';
import {framed, liveLine, problemLines, write} from './field-frame.js';
import {localizedField, textField} from './fields.js';
import {shareField, weight} from './flag-share.js';
import {evenWeights, freeName, inEnvironment, moved, ownMembers, percentOf, serve, setOwn, shareOf, sumOf, totalOf, variantsOf} from './flag-model.js';
import {percent, ruleName, servesWords, whomWords} from './flag-words.js';
import {FormElement} from './form-element.js';
import {list} from './sections.js';

/** Colours of `ui.css`, one for each part of a split. */
const COLOURS = 6;

class Rules extends FormElement {
  static properties = {...FormElement.properties, environment: {}, opened: {state: true}, over: {state: true}};

  constructor() {
    super();
    this.environment = '';
    /** Ids of rules whose editor is open. @type {Set<string>} */
    this.opened = new Set();
    /** What is being dragged. */
    this.dragged = -1;
    this.over = -1;
  }

  get path() { return this.environment ? ['environments', this.environment, 'rules'] : ['rules']; }
  /** Whether the environment has the rules of everywhere. */
  get inherits() { return this.environment !== '' && this.item !== undefined && !ownMembers(this.item, this.environment).includes('rules'); }
  get rules() { return list(inEnvironment(this.item, this.environment).rules); }

  /** What is typed into other fields changes nothing here. @param {Map<PropertyKey, any>} changed */
  shouldUpdate(changed) {
    const flag = this.item;
    const {rules, type, variants, defaultVariant, bucketBy, bucketing} = flag ? inEnvironment(flag, this.environment) : {};
    const {snapshot, problems} = this.draft;
    const basis = [rules, type, variants, defaultVariant, bucketBy, bucketing, flag === undefined, this.inherits, this.liveItem, snapshot.segments, problems, this.readOnly];
    const same = this.basis?.every((/** @type {any} */ value, /** @type {number} */ at) => value === basis[at]);
    this.basis = basis;
    return changed.size > 0 || !same;
  }

  /** @param {string} name @param {(rules: any[]) => any[]} recipe */
  changeRules(name, recipe) {
    const rules = recipe(this.rules);
    this.change(say('{what} of {item}', {what: name, item: this.itemId}), flag => setOwn(flag, this.environment, 'rules', rules));
  }

  add() {
    const id = freeName('rule', this.rules.map(rule => String(rule?.id)));
    this.opened = new Set([...this.opened, id]);
    const [first] = variantsOf(this.item);
    const rule = {id, conditions: [{attribute: 'tenant', operator: 'in', values: []}], ...(first ? {variant: first.key} : {})};
    this.changeRules(say('New rule'), rules => [...rules, rule]);
    this.updateComplete.then(() => { /** @type {HTMLElement | null} */ (this.querySelector('.rule:last-of-type .conds input'))?.focus(); });
  }

  /** @param {number} at @param {number} to @param {string} [focus] what is focused afterwards */
  move(at, to, focus = '') {
    const {rules} = this;
    if (to < 0 || to >= rules.length || to === at || this.readOnly) return;
    announce(say('{rule} is now number {number} of {count}', {rule: ruleName(rules[at], at), number: to + 1, count: rules.length}));
    this.changeRules(say('Order of the rules'), items => moved(items, at, to));
    // At an end of the list the button that was pressed does nothing any more: then the other one.
    if (focus) this.updateComplete.then(() => { /** @type {HTMLElement | null} */ (this.querySelectorAll('.rule')[to]?.querySelector(`${focus}:enabled, .ud .btn:enabled`))?.focus(); });
  }

  /** @param {number} at */
  removeRule(at) {
    announce(say('{rule} removed', {rule: ruleName(this.rules[at], at)}));
    this.changeRules(say('Rule removed'), rules => rules.filter((_, place) => place !== at));
    this.updateComplete.then(() => { /** @type {HTMLElement | null} */ (this.querySelector('.add-rule'))?.focus(); });
  }

  /** @param {string} id */
  toggle(id) {
    const opened = new Set(this.opened);
    if (!opened.delete(id)) opened.add(id);
    this.opened = opened;
  }

  /** Opens the rule that an address names. @param {string} path in the item */
  reveal(path) {
    const base = `${this.path.join('/')}/`;
    const rule = path.startsWith(base) ? this.rules[Number(path.slice(base.length).split('/')[0])] : undefined;
    if (rule && !this.opened.has(String(rule.id))) this.opened = new Set([...this.opened, String(rule.id)]);
  }

  render() {
    if (!this.item) return nothing;
    const {rules, readOnly} = this;
    const mine = this.problemsAt(this.path.join('/')).filter(problem => problem.path === this.path.join('/'));
    return html`<div class="row ruletop"><h3 class="grow">${say('Rules')}</h3>${this.environment ? this.renderOwn() : nothing}</div>
      <p class="hint">${rules.length ? say('The first rule that fits decides.') : say('No rules: the state alone decides.')}</p>
      ${this.inherits ? html`<ol class="rules quiet">${rules.map((rule, at) => html`<li class="rule"><p>${this.sentence(rule, at)}</p></li>`)}</ol>`
    : html`<ol class="rules">${repeat(rules, (rule, at) => rule?.id ?? at, (rule, at) => this.renderRule(rule, at))}</ol>
      ${problemLines(mine)}${liveLine(/** @type {any} */ ({form: this, path: this.path, label: say('Rules')}))}
      ${readOnly ? nothing : html`<p><button type="button" class="btn sm add-rule" @click=${() => this.add()}>${icon('plus', true)}${say('Rule')}</button></p>`}`}`;
  }

  renderOwn() {
    if (this.readOnly) return nothing;
    const environment = this.environment;
    return this.inherits
      ? html`<button type="button" class="btn sm" @click=${() => this.changeRules(say('Own rules in {environment}', {environment}), rules => structuredClone(rules))}>${say('Give {environment} its own rules', {environment})}</button>`
      : html`<button type="button" class="btn sm" @click=${() => this.change(say('Rules as everywhere in {environment}', {environment}), flag => setOwn(flag, environment, 'rules', undefined))}>${say('Back to the rules of everywhere')}</button>`;
  }

  /** @param {any} rule @param {number} at */
  sentence(rule, at) {
    return html`<b>${ruleName(rule, at)}</b> ${rule?.disabled === true ? html`<span class="tag">${say('switched off')}</span>` : nothing}
      <span class="whom">${whomWords(rule)}</span> <span class="gets">→ ${servesWords(rule, this.item)}</span>`;
  }

  /** @param {any} rule @param {number} at */
  renderRule(rule, at) {
    const {readOnly} = this;
    const name = ruleName(rule, at);
    const id = String(rule?.id);
    const path = [...this.path, at];
    const isOpen = this.opened.has(id);
    const problems = this.problemsAt(path.join('/'));
    const on = rule?.disabled !== true;
    return html`<li class="rule ${on ? '' : 'off'} ${this.over === at ? 'over' : ''}" data-path=${path.join('/')}
        @dragover=${(/** @type {DragEvent} */ event) => { if (this.dragged >= 0) { event.preventDefault(); this.over = at; } }}
        @drop=${(/** @type {DragEvent} */ event) => { event.preventDefault(); const from = this.dragged; this.dragged = -1; this.over = -1; this.move(from, at); }}>
      <div class="rulehead">${readOnly ? nothing : html`<span class="grip" draggable="true" aria-hidden="true" @dragstart=${() => { this.dragged = at; }} @dragend=${() => { this.dragged = -1; this.over = -1; }}>${icon('grip-vertical')}</span>
        <span class="ud"><button type="button" class="btn ghost sm icon up" ?disabled=${at === 0} aria-label=${say('{rule}: up', {rule: name})} @click=${() => this.move(at, at - 1, '.up')}>${icon('chevron-up', true)}</button>
        <button type="button" class="btn ghost sm icon down" ?disabled=${at === this.rules.length - 1} aria-label=${say('{rule}: down', {rule: name})} @click=${() => this.move(at, at + 1, '.down')}>${icon('chevron-down', true)}</button></span>`}
        <button type="button" class="rulesum grow" aria-expanded=${String(isOpen)} @click=${() => this.toggle(id)}>${this.sentence(rule, at)}
          ${problems.length && !isOpen ? html`<span class="chip bad">${plural('{count} problem', '{count} problems', {count: problems.length})}</span>` : nothing}</button>
        <input type="checkbox" role="switch" class="sw" aria-label=${say('{rule} counts', {rule: name})} title=${on ? say('Switch the rule off; it stays here') : say('Switch the rule on')} ?disabled=${readOnly} .checked=${live(on)}
          @change=${(/** @type {any} */ event) => write(this, [...path, 'disabled'], event.target.checked ? undefined : true, event.target.checked ? say('Rule on') : say('Rule off'))}>
        ${readOnly ? nothing : html`<button type="button" class="btn ghost sm icon" aria-label=${say('Remove {rule}', {rule: name})} @click=${() => this.removeRule(at)}>${icon('trash-2', true)}</button>`}</div>
      ${isOpen ? this.renderEditor(rule, path) : nothing}</li>`;
  }

  /** @param {any} rule @param {(string | number)[]} path */
  renderEditor(rule, path) {
    const keys = variantsOf(this.item).map(({key}) => key);
    const chosen = Array.isArray(rule.split) ? 'split:' : rule.variant ?? '';
    const unknown = chosen && chosen !== 'split:' && !keys.includes(chosen);
    return html`<div class="ruleedit"><h4>${say('Whom')}</h4>${conditionList(this, [...path, 'conditions'])}
      ${list(rule.conditions).length ? nothing : html`<p class="hint">${say('Without a condition the rule fits everybody.')}</p>`}
      <h4>${say('Gets')}</h4>
      <div class="fields">${framed({form: this, path: [...path, 'variant'], label: say('Variant')}, html`<select class="inp" id=${`serves-${path.join('-')}`} aria-label=${say('Variant')} ?disabled=${this.readOnly}
          @change=${(/** @type {any} */ event) => this.serve(path, event.target.value, keys)}>
          <option value="" .selected=${live(chosen === '')}>${say('the default variant')}</option>
          ${keys.map(key => html`<option value=${key} .selected=${live(chosen === key)}>${key}</option>`)}
          ${unknown ? html`<option value=${chosen} .selected=${live(true)}>${say('{id} (does not exist)', {id: chosen})}</option>` : nothing}
          <option value="split:" .selected=${live(chosen === 'split:')}>${say('Split over variants')}</option></select>`, {group: true})}
        ${framed({form: this, path: [...path, 'rollout'], label: say('Share')}, html`<label class="ticked"><input type="checkbox" ?disabled=${this.readOnly} .checked=${live(rule.rollout !== undefined)}
          @change=${(/** @type {any} */ event) => write(this, [...path, 'rollout'], event.target.checked ? 1000 : undefined, say('Share'))}>${say('Only for a share of them')}</label>`, {group: true})}</div>
      ${rule.rollout === undefined ? nothing : shareField({form: this, path: [...path, 'rollout'], label: say('Share'), flag: this.item, rule, environment: this.environment})}
      ${Array.isArray(rule.split) ? this.renderSplit(rule, path, keys) : nothing}
      <details class="more"><summary>${say('Name and details')}</summary><div class="fields">${localizedField({form: this, path: [...path, 'description'], label: say('What the rule is for')})}
        ${textField({form: this, path: [...path, 'id'], label: say('Rule id'), required: true, mono: true, hint: say('Answers name it as the rule that decided.')})}
        ${textField({form: this, path: [...path, 'seed'], label: say('Seed'), mono: true, hint: say('Left out: the flag’s. Another one deals anew.')})}</div></details></div>`;
  }

  /** @param {(string | number)[]} path @param {string} what @param {string[]} keys */
  serve(path, what, keys) {
    this.changeRules(say('What a rule serves'), rules => rules.map((rule, at) => {
      if (at !== path.at(-1)) return rule;
      const changed = structuredClone({...rule});
      serve(changed, what, keys);
      return changed;
    }));
  }

  /** @param {any} rule @param {(string | number)[]} path @param {string[]} keys */
  renderSplit(rule, path, keys) {
    const total = totalOf(rule), sum = sumOf(rule), parts = list(rule.split);
    let start = 0;
    const bars = parts.map((part, at) => {
      const width = 100 * (Number.isInteger(part?.weight) ? part.weight : 0) / Math.max(total, sum, 1);
      start += width;
      return {x: start - width, width, colour: `c${at % COLOURS + 1}`};
    });
    const write_ = (/** @type {any[]} */ split) => write(this, [...path, 'split'], split, say('Split'));
    const missing = keys.filter(key => !parts.some(part => part?.variant === key));
    return html`<div class="split" data-path=${[...path, 'split'].join('/')}>
      <svg class="weights" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${bars.map(({x, width, colour}) => weight(x, width, colour))}</svg>
      ${parts.map((part, at) => html`<div class="row part"><span class="dot c${at % COLOURS + 1}"></span><select class="inp sm" aria-label=${say('Variant')} ?disabled=${this.readOnly} data-path=${[...path, 'split', at, 'variant'].join('/')}
          @change=${(/** @type {any} */ event) => write_(parts.map((one, place) => (place === at ? {...one, variant: event.target.value} : one)))}>
          ${[...new Set([...keys, part?.variant])].map(key => html`<option value=${key} .selected=${live(key === part?.variant)}>${key}</option>`)}</select>
        <span class="with-unit"><input class="inp sm num" type="number" min="0" max="100" step="0.01" aria-label=${say('Weight of {variant}', {variant: part?.variant})} ?readonly=${this.readOnly} data-path=${[...path, 'split', at, 'weight'].join('/')}
          .value=${live(String(total === 10_000 ? percentOf(part?.weight) : part?.weight))} @change=${(/** @type {any} */ event) => write_(parts.map((one, place) => (place === at ? {...one, weight: total === 10_000 ? shareOf(event.target.valueAsNumber) : Math.round(event.target.valueAsNumber) || 0} : one)))}>
          <span class="unit">${total === 10_000 ? '%' : say('of {total}', {total})}</span></span>
        ${this.readOnly || parts.length < 2 ? nothing : html`<button type="button" class="btn ghost sm icon" aria-label=${say('Remove {id}', {id: part?.variant})} @click=${() => write_(parts.filter((_, place) => place !== at))}>${icon('x', true)}</button>`}</div>`)}
      <p class=${sum === total ? 'hint' : 'err'}>${sum === total ? icon('circle-check', true) : icon('circle-x', true)}<span>${total === 10_000
    ? (sum === total ? say('Sum: 100 %') : sum < total ? say('Sum: {sum}; {rest} are missing', {sum: percent(sum), rest: percent(total - sum)}) : say('Sum: {sum}; {rest} too much', {sum: percent(sum), rest: percent(sum - total)}))
    : say('Sum: {sum} of {total}', {sum, total})}</span></p>
      ${this.readOnly ? nothing : html`<div class="row"><button type="button" class="btn ghost sm" @click=${() => { const even = evenWeights(parts.length, total); write_(parts.map((part, at) => ({...part, weight: even[at]}))); }}>${say('Share evenly')}</button>
        ${missing.length ? html`<button type="button" class="btn ghost sm" @click=${() => write_([...parts, {variant: missing[0], weight: Math.max(total - sum, 0)}])}>${icon('plus', true)}${say('Variant')}</button>` : nothing}</div>`}
      ${problemLines(this.problemsAt([...path, 'split'].join('/')).filter(problem => problem.code !== 'flag.variant_weights'))}</div>`;
  }
}
customElements.define('tb-rules', Rules);
