// The actions of a table's rows.
import {icon, localized, say} from '../lib.js';
import {html, nothing, repeat} from '../vendor/lit.js';
import {ask} from './ask-dialog.js';
import {announce} from './announce.js';
import {idListField, localizedField, problemLines, referenceField, selectField, switchField} from './fields.js';
import {FormElement} from './form-element.js';
import {freeFields} from './free-object.js';
import {equal} from './merge.js';
import {isId, moved, movedNames} from './places.js';
import {removed} from './removed.js';
import {movers} from './reorder.js';
import {list} from './sections.js';

/** @returns {[string, string][]} */
const types = () => [['navigate', say('Open a page')], ['openModal', say('Open a dialog')], ['exportCsv', say('Export as CSV')], ['noop', say('Nothing by itself')]];

class ActionsForm extends FormElement {
  constructor() {
    super();
    this.section = 'tables';
  }

  /** @param {(actions: any[]) => any[]} recipe @param {string} name */
  rearrange(recipe, name) {
    this.change(name, item => { item.actions = recipe(list(item.actions)); });
  }

  add() {
    ask({
      heading: say('New action'), titleLabel: say('Label'), fallback: 'action', taken: list(this.item.actions).map(action => action.id),
      add: (id, title) => {
        this.rearrange(actions => [...actions, {id, label: title, type: 'noop', visible: true, roles: []}], say('Action {name} added', {name: title}));
        announce(say('Action {name} added', {name: title}));
      },
    });
  }

  /** @param {any} action */
  drop(action) {
    const name = localized(action.label) || action.id;
    this.rearrange(actions => actions.filter(other => other.id !== action.id), say('Action {name} removed', {name}));
    announce(say('Action {name} removed', {name}));
    this.updateComplete.then(() => this.querySelector('.add')?.focus());
  }

  render() {
    if (!this.item) return nothing;
    const actions = list(this.item.actions), live = list(this.liveItem?.actions), changed = movedNames(live.map(one => one.id), actions.map(one => one.id));
    return html`<div class="sec-head"><h2>${say('Actions')}</h2><span class="grow"></span>${this.readOnly ? nothing : html`<button type="button" class="btn sm add" @click=${() => this.add()}>${icon('plus', true)}${say('Action')}</button>`}</div>
      ${actions.length === 0 ? html`<p class="none-yet">${say('No actions.')}</p>` : html`<div class="rows">${repeat(actions, action => action.id, (action, at) => {
        const name = localized(action.label) || action.id, was = live.find(other => other.id === action.id);
        const mark = !this.liveItem ? '' : !was ? 'added' : changed.has(action.id) ? 'moved' : equal(was, action) ? '' : 'changed';
        const field = (/** @type {string} */ key, /** @type {string} */ label) => ({form: this, path: ['actions', at, key], label, required: true});
        return html`<div class="rw act" role="group" aria-label=${say('Action {name}', {name})} data-move=${action.id} data-mark=${mark || nothing} data-path="actions/${at}">
          ${this.readOnly ? html`<span class="mv"></span>` : movers({host: this, key: action.id, label: name, index: at, count: actions.length, move: (from, to) => this.rearrange(all => moved(all, from, to), say('Action {name} moved', {name}))})}
          <div class="fields">${localizedField(field('label', say('Label')))}${selectField({...field('type', say('What it does')), options: types()})}
            ${action.type === 'navigate' ? referenceField({form: this, path: ['actions', at, 'config', 'pageId'], label: say('Page that it opens'), section: 'pages'}) : nothing}
            ${idListField({...field('roles', say('Roles that see it')), section: 'roles', fits: isId, empty: say('Everybody')})}
            ${switchField(field('visible', say('Visible')))}
            <div class="all">${freeFields({form: this, path: ['actions', at, 'config'], label: say('Settings'), hidden: action.type === 'navigate' ? ['pageId'] : []})}</div></div>
          <div class="c-acts">${this.readOnly ? nothing : html`<button type="button" class="btn ghost sm icon" aria-label=${say('Remove {name}', {name})} title=${say('Remove {name}', {name})} @click=${() => this.drop(action)}>${icon('trash-2', true)}</button>`}</div>
          ${problemLines(this.problemsAt(`actions/${at}`).filter(problem => problem.path === `actions/${at}`))}</div>`;
      })}</div>`}
      ${removed(this, 'actions', action => {
        const name = localized(action.label) || action.id;
        this.rearrange(all => [...all, structuredClone(action)], say('Action {name} brought back', {name}));
        announce(say('Action {name} brought back', {name}));
      })}`;
  }
}
customElements.define('tb-actions', ActionsForm);
