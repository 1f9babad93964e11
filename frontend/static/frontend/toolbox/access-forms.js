// The client application's own roles, permissions and plans.
import {plural, say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import {idListField, jsonField, localizedField, numberField, problemLines, switchField, textField, valueOf} from './fields.js';
import {FormElement} from './form-element.js';
import {freeFields} from './free-object.js';
import {isId} from './places.js';
import {register} from './registry.js';

/** @param {import('./field-frame.js').Form} form */
const names = form => html`${localizedField({form, path: 'label', label: say('Label')})}${localizedField({form, path: 'description', label: say('Description'), multiline: true})}`;

/** Ids of permissions, or patterns. @param {string} id */
const isPattern = id => /^[A-Za-z0-9*][A-Za-z0-9._:*-]{0,127}$/.test(id);

/** Who uses an item, as links. @param {any} draft @param {string} section @param {string} id */
function users(draft, section, id) {
  const uses = draft.uses(section, id), shown = uses.slice(0, 30);
  return html`<section><h2>${say('Used by')}</h2>${uses.length ? html`<ul class="idchips">${shown.map((/** @type {any} */ use) => html`<li class="idchip"><a href=${`#/${use.section}/${encodeURIComponent(use.id)}`}>${use.section}/${use.id}</a></li>`)}
    ${uses.length > shown.length ? html`<li class="muted">${plural('and {count} more', 'and {count} more', {count: uses.length - shown.length})}</li>` : nothing}</ul>` : html`<p class="hint">${say('Nothing refers to it.')}</p>`}</section>`;
}

/** @type {Record<string, (form: any) => any>} */
const FIELDS = {
  roles: form => html`<div class="fields">${names(form)}
    ${idListField({form, path: 'permissions', label: say('Permissions'), section: 'permissions', fits: isPattern, free: true, empty: say('None')})}</div>`,
  permissions: form => html`<div class="fields">${names(form)}</div>`,
  plans: form => html`<div class="fields">${names(form)}
    ${idListField({form, path: 'pages', label: say('Pages'), section: 'pages', fits: isId})}
    ${idListField({form, path: 'roles', label: say('Roles'), section: 'roles', fits: isId})}
    ${idListField({form, path: 'modules', label: say('Modules'), fits: isId})}
    ${idListField({form, path: 'capabilities', label: say('Capabilities'), fits: isId})}</div>
    <section class="panel"><h2>${say('Limits')}</h2>${freeFields({form, path: ['limits'], label: say('Limits by name'), hint: say('A number, a text, yes or no; null: no limit'), kinds: ['number', 'text', 'switch'],
      draw: (name, field) => limit(valueOf(form, ['limits', name]), field)})}</section>`,
};

/** @param {any} value @param {any} field */
function limit(value, field) {
  if (typeof value === 'number') return numberField({...field, step: 'any'});
  if (typeof value === 'boolean') return switchField(field);
  return typeof value === 'string' ? textField(field) : jsonField({...field, rows: 1});
}

class AccessForm extends FormElement {
  render() {
    if (!this.item) return nothing;
    return html`<div class="form">${problemLines(this.problemsAt('').filter(problem => problem.path === ''))}
      ${FIELDS[this.section](this)}${this.section === 'plans' ? nothing : users(this.draft, this.section, this.itemId)}</div>`;
  }
}
customElements.define('tb-access', AccessForm);
for (const section of Object.keys(FIELDS)) register(section, 'tb-access');
