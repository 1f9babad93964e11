// A section of the application's own: fields after its JSON Schema where that is simple, else JSON.
import {icon, request, say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import {ask} from './ask-dialog.js';
import {freeFields} from './free-object.js';
import {jsonField, localizedField, numberField, problemLines, selectField, switchField, textField, valueOf, write} from './fields.js';
import {FormElement} from './form-element.js';
import {isText} from './localized-field.js';
import {moved} from './places.js';
import {register} from './registry.js';
import {movers} from './reorder.js';
import {isObject, list} from './sections.js';

/** Application → its schema of extra sections. @type {Map<string, Promise<any>>} */
const schemas = new Map();

/** @param {string} application @returns {Promise<any>} `{}` where it cannot be read: then everything is JSON */
export function schemaOf(application) {
  const known = schemas.get(application) ?? request(`/api/applications/${encodeURIComponent(application)}`).then(({body}) => body.extraSchema ?? {}, () => ({}));
  schemas.set(application, known);
  return known;
}

/** Follows `$ref` within the schema. @param {any} schema @param {any} root @returns {any} */
export function followed(schema, root) {
  let found = schema;
  for (let depth = 0; depth < 16 && typeof found?.$ref === 'string'; depth += 1) {
    const steps = found.$ref.startsWith('#/') ? found.$ref.slice(2).split('/') : null;
    found = steps?.reduce((/** @type {any} */ at, /** @type {string} */ step) => at?.[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')], root);
  }
  return isObject(found) ? found : {};
}

/**
 * What edits a value of a schema: `json` where the schema says more than fields can.
 * @param {any} schema followed @returns {'choice' | 'switch' | 'number' | 'text' | 'object' | 'map' | 'list' | 'json'}
 */
export function kindOf(schema) {
  if (Array.isArray(schema.enum) && schema.enum.every((/** @type {any} */ one) => one === null || typeof one !== 'object')) return 'choice';
  if (['oneOf', 'anyOf', 'allOf', 'if', 'not', 'patternProperties', 'prefixItems', 'dependentSchemas'].some(word => word in schema)) return 'json';
  if (schema.type === 'boolean') return 'switch';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'string') return 'text';
  if (schema.type === 'object' && isObject(schema.properties)) return 'object';
  if (schema.type === 'object' && isObject(schema.additionalProperties)) return 'map';
  if (schema.type === 'array' && isObject(schema.items)) return 'list';
  return 'json';
}

/** The smallest value that a schema asks for. @param {any} given @param {any} root @param {number} [depth] @returns {any} */
export function startOf(given, root, depth = 0) {
  const schema = followed(given, root);
  if ('default' in schema) return structuredClone(schema.default);
  if ('const' in schema) return structuredClone(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object' || isObject(schema.properties)) {
    const names = depth > 8 ? [] : list(schema.required).filter(name => typeof name === 'string');
    return Object.fromEntries(names.map(name => [name, startOf(schema.properties?.[name] ?? {}, root, depth + 1)]));
  }
  return {array: [], boolean: false, number: schema.minimum ?? 0, integer: schema.minimum ?? 0, null: null}[/** @type {string} */ (type)] ?? '';
}

const fits = (/** @type {any} */ value, /** @type {string} */ kind) => value === undefined || {
  choice: value === null || typeof value !== 'object', switch: typeof value === 'boolean', number: typeof value === 'number', text: typeof value === 'string', object: isObject(value), map: isObject(value), list: Array.isArray(value), json: true,
}[kind];

class ExtraForm extends FormElement {
  static properties = {...FormElement.properties, root: {state: true}};

  constructor() {
    super();
    /** The application's schema, once it is read. @type {any} */
    this.root = null;
  }

  connectedCallback() {
    super.connectedCallback();
    schemaOf(this.draft.where.application).then(schema => { this.root = schema; });
  }

  render() {
    if (!this.root) return html`<p class="hint" role="status">${say('The schema is loading …')}</p>`;
    const schema = this.root.properties?.[this.section];
    return html`<div class="form">${this.item === undefined && !this.readOnly ? html`<p><button type="button" class="btn" @click=${() => write(this, [], startOf(schema ?? {}, this.root), this.section)}>${icon('plus', true)}${say('Begin this section')}</button></p>`
      : this.draw({path: [], label: schema?.title ?? this.section, hint: schema?.description, required: true}, schema ?? {}, 0)}</div>`;
  }

  /** @param {{path: (string | number)[], label: string, hint?: string, required?: boolean}} place @param {any} given @param {number} depth @returns {any} */
  draw(place, given, depth) {
    const schema = followed(given, this.root), value = valueOf(this, place.path), kind = depth > 8 ? 'json' : kindOf(schema);
    const field = {form: this, ...place};
    if (!fits(value, kind)) return jsonField(field);
    switch (kind) {
      case 'choice': return selectField({...field, options: schema.enum.map((/** @type {any} */ one) => [one, one === null ? '—' : String(one)])});
      case 'switch': return switchField({...field, missing: schema.default === true});
      case 'number': return numberField({...field, min: schema.minimum, max: schema.maximum, step: schema.type === 'integer' ? 1 : 'any'});
      case 'text': return textField({...field, multiline: (schema.maxLength ?? 0) > 200 || String(value ?? '').length > 120});
      case 'object': return this.object(place, schema, depth);
      case 'map': return freeFields({form: this, path: place.path, label: place.label, hint: place.hint, fresh: () => startOf(schema.additionalProperties, this.root),
        draw: (name, inner) => this.draw({path: [...place.path, name], label: name, required: true}, schema.additionalProperties, depth + 1) ?? textField(inner)});
      case 'list': return this.entries(place, schema, depth);
      default: return isText(value) ? localizedField(field) : jsonField({...field, rows: 6});
    }
  }

  /** @param {{path: (string | number)[], label: string, hint?: string}} place @param {any} schema @param {number} depth */
  object({path, label, hint}, schema, depth) {
    const names = Object.keys(schema.properties), needed = new Set(list(schema.required));
    const others = Object.keys(valueOf(this, path) ?? {}).some(name => !names.includes(name)) || schema.additionalProperties !== false;
    const inner = html`${hint ? html`<p class="hint">${hint}</p>` : nothing}<div class="fields">${names.map(name => {
      const member = followed(schema.properties[name], this.root), wide = ['object', 'map', 'list', 'json'].includes(kindOf(member));
      const drawn = this.draw({path: [...path, name], label: (member.title ?? name) + (needed.has(name) ? ' *' : ''), hint: member.description, required: needed.has(name)}, member, depth + 1);
      return wide ? html`<div class="all">${drawn}</div>` : drawn;
    })}</div>${others ? freeFields({form: this, path, label: say('Other members'), hidden: names}) : nothing}
      ${problemLines(this.problemsAt(path.join('/')).filter(problem => problem.path === path.join('/')))}`;
    return path.length ? html`<section class="panel"><h2>${label}</h2>${inner}</section>` : inner;
  }

  /** @param {{path: (string | number)[], label: string, hint?: string}} place @param {any} schema @param {number} depth */
  entries({path, label, hint}, schema, depth) {
    const entries = list(valueOf(this, path)), item = followed(schema.items, this.root), simple = ['choice', 'number', 'text', 'switch'].includes(kindOf(item));
    const rearrange = (/** @type {any[]} */ next) => write(this, path, next, label);
    const naming = isObject(item.properties) && 'id' in item.properties;
    const add = () => {
      const start = startOf(item, this.root);
      if (!naming) return rearrange([...entries, start]);
      return ask({heading: say('Add to {field}', {field: label}), taken: entries.map(entry => entry?.id), add: id => rearrange([...entries, {...start, id}])});
    };
    return html`<div class="free" role="group" aria-label=${label} data-path=${path.join('/')}><div class="sec-head"><span class="lab">${label}</span><span class="grow"></span>
        ${this.readOnly ? nothing : html`<button type="button" class="btn sm" @click=${add}>${icon('plus', true)}${say('Add')}</button>`}</div>${hint ? html`<p class="hint">${hint}</p>` : nothing}
      ${entries.length ? html`<div class="rows">${entries.map((entry, index) => {
        const name = String(entry?.id ?? entry?.key ?? (simple ? entry : index + 1)), key = `${path.join('/')}/${index}`;
        return html`<div class="rw act" role="group" aria-label=${name} data-move=${key} data-path=${key}>
          ${this.readOnly ? html`<span class="mv"></span>` : movers({host: this, key, label: name, index, count: entries.length, keyAt: to => `${path.join('/')}/${to}`, move: (from, to) => rearrange(moved(entries, from, to))})}
          <div>${this.draw({path: [...path, index], label: simple ? say('Entry {number}', {number: index + 1}) : name, required: true}, item, depth + 1)}</div>
          <div class="c-acts">${this.readOnly ? nothing : html`<button type="button" class="btn ghost sm icon" aria-label=${say('Remove {name}', {name})} @click=${() => rearrange(entries.filter((_, other) => other !== index))}>${icon('trash-2', true)}</button>`}</div></div>`;
      })}</div>` : html`<p class="none-yet">${say('Empty.')}</p>`}${problemLines(this.problemsAt(path.join('/')).filter(problem => problem.path === path.join('/')))}</div>`;
  }
}
customElements.define('tb-extra', ExtraForm);
register('', 'tb-extra');
