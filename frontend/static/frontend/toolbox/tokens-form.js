// Design tokens of a category: a row for each value with its light and dark side, by the part of the client they are for.
import {icon, say} from '../lib.js';
import {html, nothing, repeat} from '../vendor/lit.js';
import {openAdd} from './ask-dialog.js';
import {announce} from './announce.js';
import {colorField, problemLines, selectField, textField} from './fields.js';
import {FormElement} from './form-element.js';
import {lengthField, tokenValue} from './length-field.js';
import {itemName} from './names.js';
import {free} from './places.js';
import {register} from './registry.js';
import {Scope} from './scope.js';
import {list} from './sections.js';
import {counterpartOf, groundOf, grouped, isGround, keyFor, nameOf, variablesOf} from './token-groups.js';
import {TOKEN_CATEGORIES, tokenProblem} from './token-values.js';

/** @returns {Record<string, string>} */
const expected = () => ({
  color: say('a CSS colour such as #2b6bff'), spacing: say('a number or up to four lengths such as 8px'), radius: say('a number or lengths such as 8px, not negative'),
  typography: say('a number, a length, a weight or a list of fonts'), layout: say('a number, lengths or keywords'), shadow: say('none or shadows such as 0 4px 14px #0003'),
  gradient: say('gradients such as linear-gradient(#fff, #eee), or a colour'), other: say('a text or a number'),
});

/** A scope that knows at once whether the value fits: the server says so too, later. */
class TokenScope extends Scope {
  /** @param {string} path */
  problemsAt(path) {
    const known = super.problemsAt(path).filter(one => !one.code.startsWith('token.'));
    if (this.readOnly || (path && path !== 'value') || !this.item) return known;
    const code = tokenProblem(this.item.category, this.item.value);
    if (!code) return known;
    const message = code === 'token.unsafe' ? say('This cannot go into a stylesheet: it could end the declaration or load something.')
      : say('This is not a value of the category: expected {expected}.', {expected: expected()[this.item.category]});
    return [...known, /** @type {any} */ ({pointer: '', code, severity: 'error', message, section: this.section, id: this.itemId, path: 'value'})];
  }
}

/** Beside others of its scope. @param {import('./token-groups.js').Token} token */
const shortName = token => (token.scope && nameOf(token).split('.').slice(1).join('.')) || nameOf(token);

/** Long names break between their words. @param {string} name */
const breakable = name => name.split(/(?<=[.\-_])|(?<=[a-z0-9])(?=[A-Z])/).map((part, index) => html`${index ? html`<wbr>` : nothing}${part}`);

class TokensForm extends FormElement {
  static properties = {...FormElement.properties, open: {state: true}};

  constructor() {
    super();
    this.section = 'uiTokens';
    /** Key of the row whose settings are shown. */
    this.open = '';
  }

  get tokens() { return list(this.draft.snapshot.uiTokens).filter(token => token && typeof token === 'object'); }

  /** @param {import('./token-groups.js').Token} token @param {'light' | 'dark'} mode */
  addSide(token, mode) {
    const key = free(keyFor(token, mode), this.tokens.map(one => one.key)), at = this.tokens.indexOf(token) + 1;
    const {cssVar, scope, category, value} = token;
    this.draft.add('uiTokens', {key, value, category, mode, ...(scope === undefined ? {} : {scope}), ...(cssVar === undefined ? {} : {cssVar})}, at, say('Token {name} added', {name: key}));
    this.updateComplete.then(() => this.querySelector(`[data-path="${CSS.escape(key)}/value"] input`)?.focus());
  }

  /** @param {string} key */
  drop(key) {
    this.draft.remove('uiTokens', key, say('Token {name} removed', {name: key}));
    announce(say('Token {name} removed', {name: key}));
  }

  render() {
    const {itemId: category, tokens} = this, groups = grouped(tokens.filter(token => token.category === category));
    return html`<div class="form">${groups.length === 0 ? html`<p class="none-yet">${say('No tokens of this category yet.')}</p>${this.adder('')}` : nothing}
      ${repeat(groups, group => group.scope, group => html`<section aria-label=${group.scope || say('For the whole client')}><div class="sec-head"><h2 class="scope">${group.scope ? html`<span class="mono">${group.scope}</span>` : say('For the whole client')} ${group.prefix ? html`<span class="mono muted">${group.prefix}*</span>` : nothing}</h2><span class="grow"></span>${this.adder(group.scope)}</div>
        <div class="rows">${repeat(group.rows, row => row.name, row => this.row(row, tokens, group.prefix))}</div></section>`)}</div>`;
  }

  /** @param {string} scope */
  adder(scope) { return this.readOnly ? nothing : html`<button type="button" class="btn sm" @click=${() => this.add(scope)}>${icon('plus', true)}${say('Token')}</button>`; }

  /** @param {string} scope */
  add(scope) {
    const {itemId: category} = this, values = /** @type {Record<string, any>} */ ({color: '#2454d6', spacing: '8px', radius: '8px', typography: '16px', layout: '240px', shadow: '0 4px 14px #0003', gradient: 'linear-gradient(#fff, #eee)', other: '1'});
    openAdd(this.draft, 'uiTokens', {category, value: values[category] ?? '', ...(scope ? {scope} : {})});
  }

  /** @param {import('./token-groups.js').Row} row @param {import('./token-groups.js').Token[]} tokens @param {string} prefix */
  row(row, tokens, prefix) {
    const first = /** @type {import('./token-groups.js').Token} */ (row.both ?? row.light ?? row.dark), open = this.open === row.name, id = `tok.${first.key}`;
    const marks = [row.both, row.light, row.dark].map(token => token && !this.readOnly && this.draft.difference.marks.get(`uiTokens/${token.key}`)).filter(Boolean);
    const modes = /** @type {['light' | 'dark', string][]} */ ([['light', say('Light')], ['dark', say('Dark')]]);
    return html`<div class="rw tok" role="group" data-path=${first.key} aria-label=${row.name} data-mark=${marks[0] ?? nothing}>
      <div class="tok-name"><span class="mono">${breakable(row.name.slice(prefix.length))}</span>${first.cssVar ? html`<span class="mono muted small">${first.cssVar}</span>` : nothing}</div>
      <div class="tok-values">${row.both ? this.drawValue(row.both, tokens, row.light || row.dark ? say('Where no mode has its own') : say('Value'), row.name) : nothing}
        ${modes.map(([mode, words]) => (row[mode] ? this.drawValue(/** @type {any} */ (row[mode]), tokens, words, row.name)
          : row.both ? nothing : this.sideAdder(first, mode)))}</div>
      <div class="c-acts"><button type="button" class="btn ghost sm icon" aria-expanded=${String(open)} aria-controls=${id} aria-label=${say('{name}: settings', {name: row.name})} title=${say('Settings')} @click=${() => { this.open = open ? '' : row.name; }}>${icon('sliders-horizontal', true)}</button></div>
      <div class="tok-more" id=${id} ?hidden=${!open}>${open ? [row.both ? html`<div class="row">${modes.map(([mode]) => (row[mode] ? nothing : this.sideAdder(first, mode)))}</div>` : nothing, ...[row.both, row.light, row.dark].map(token => (token ? this.settings(token) : nothing))] : nothing}</div></div>`;
  }

  /** @param {import('./token-groups.js').Token} token @param {'light' | 'dark'} mode */
  sideAdder(token, mode) {
    return this.readOnly ? nothing : html`<div class="tok-add"><button type="button" class="btn ghost sm" @click=${() => this.addSide(token, mode)}>${icon('plus', true)}${mode === 'dark' ? say('Own value in dark') : say('Own value in light')}</button></div>`;
  }

  /** @param {import('./token-groups.js').Token} token @param {import('./token-groups.js').Token[]} tokens @param {string} label @param {string} name */
  drawValue(token, tokens, label, name) {
    const form = new TokenScope(this.draft, 'uiTokens', token.key, `${token.key}/`), field = {form, path: 'value', label, required: true}, variables = variablesOf(tokens, token.scope ?? '', token.mode ?? '');
    const {category} = token;
    let control;
    if (category === 'color') {
      const other = counterpartOf(token, tokens);
      control = colorField({...field, variables, against: other && {label: shortName(other), value: String(other.value), writing: isGround(token), under: String(groundOf(token, tokens)?.value ?? '')}});
    } else if (category === 'shadow' || category === 'gradient') {
      control = html`<div class="seen"><tb-swatch class=${token.mode ?? ''} .category=${category} .value=${tokenProblem(category, token.value) ? 'none' : token.value} .variables=${variables} aria-hidden="true"></tb-swatch>${textField({...field, mono: true, multiline: String(token.value).length > 24})}</div>`;
    } else if (category === 'radius') control = html`<div class="seen"><tb-swatch class="corner" .category=${category} .value=${tokenProblem(category, token.value) ? 0 : token.value} .variables=${variables} aria-hidden="true"></tb-swatch>${lengthField(field)}</div>`;
    else if (category === 'other') control = textField({...field, mono: true, parse: text => tokenValue(text, token.value)});
    else control = lengthField({...field, slider: category !== 'typography' || /\d(px|rem|em)$/.test(String(token.value))});
    return html`<div class="tok-value">${control}${problemLines(form.problemsAt('').filter(one => one.path !== 'value' && this.open !== name))}</div>`;
  }

  /** @param {import('./token-groups.js').Token} token */
  settings(token) {
    const form = new Scope(this.draft, 'uiTokens', token.key, `${token.key}/`), scopes = [...new Set(this.tokens.map(one => one.scope).filter(Boolean))];
    return html`<div class="panel"><h3 class="mono">${token.key}</h3><div class="fields">
      ${selectField({form, path: 'category', label: say('Category'), required: true, options: TOKEN_CATEGORIES.map(one => [one, itemName('uiTokens', one, null)])})}
      ${selectField({form, path: 'mode', label: say('Mode'), options: [['light', say('light')], ['dark', say('dark')]], none: say('both')})}
      ${textField({form, path: 'cssVar', label: say('Custom property'), mono: true, placeholder: '--name', hint: say('What stylesheets of the client read')})}
      ${textField({form, path: 'scope', label: say('Part of the client'), mono: true, hint: scopes.length ? say('In use: {names}', {names: scopes.slice(0, 6).join(', ')}) : say('Empty: the whole client')})}</div>
      ${this.readOnly ? nothing : html`<div><button type="button" class="btn sm d" @click=${() => this.drop(token.key)}>${icon('trash-2', true)}${say('Remove {name}', {name: token.key})}</button></div>`}</div>`;
  }
}
customElements.define('tb-tokens', TokensForm);
register('uiTokens', 'tb-tokens');
