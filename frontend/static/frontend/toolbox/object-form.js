// Layout and theme: what the product knows of them has fields of its own, the client's other members are free.
import {say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import {width} from './columns-form.js';
import {colorField, localizedField, selectField, textField, valueOf} from './fields.js';
import {FormElement} from './form-element.js';
import {freeFields} from './free-object.js';
import {isText} from './localized-field.js';
import {orderField} from './order-list.js';
import {register} from './registry.js';
import {list} from './sections.js';

/** @param {import('./field-frame.js').Form} form */
const layout = form => html`<section class="panel"><h2>${say('Menu')}</h2>${orderField({form, path: 'menuOrder', label: say('Pages in the order of the menu'), section: 'pages'})}</section>
  <section class="panel"><h2>${say('Widths')}</h2>${freeFields({form, path: ['widths'], label: say('Widths by name'), hint: say('Pixels, auto, or a length such as 20% or 12rem'), fresh: () => 240,
    draw: (_, field) => textField({...field, parse: width})})}</section>
  <section class="panel"><h2>${say('Other settings')}</h2>${freeFields({form, path: [], label: say('Settings that the client knows'), hidden: ['menuOrder', 'widths']})}</section>`;

/** Presets that the theme lists, and scopes of tokens. @param {any} draft @param {any} theme @returns {[string, string][]} */
function presets(draft, theme) {
  const named = list(theme?.presets).map(preset => preset?.id).filter(id => typeof id === 'string');
  const scopes = list(draft.snapshot.uiTokens).map(token => token?.scope).filter(Boolean);
  return [...new Set([...named, ...(named.length ? [] : scopes)])].map(id => [id, id]);
}

/** @param {import('./field-frame.js').Form} form */
function theme(form) {
  const known = presets(form.draft, form.item), preset = {form, path: 'defaultPreset', label: say('Default preset')};
  const brand = ['brand'], accent = valueOf(form, ['brand', 'accentColor']);
  return html`<section class="panel"><h2>${say('At the start')}</h2><div class="fields">
      ${selectField({form, path: 'defaultMode', label: say('Mode'), options: [['auto', say('as the device')], ['light', say('light')], ['dark', say('dark')]], none: say('the client’s choice')})}
      ${known.length ? selectField({...preset, options: known, none: say('the client’s choice')}) : textField({...preset, mono: true})}</div></section>
    <section class="panel"><h2>${say('Brand')}</h2><div class="fields">${localizedField({form, path: ['brand', 'name'], label: say('Name')})}
      ${accent === undefined || typeof accent === 'string' ? colorField({form, path: ['brand', 'accentColor'], label: say('Accent colour'), against: {label: say('white'), value: '#ffffff'}}) : nothing}</div>
      ${freeFields({form, path: brand, label: say('More about the brand'), hidden: ['name', ...(typeof accent === 'string' ? ['accentColor'] : [])],
        draw: (name, field) => (isText(valueOf(form, ['brand', name])) ? localizedField(field) : undefined)})}</section>
    <section class="panel"><h2>${say('Logos')}</h2>${freeFields({form, path: ['logos'], label: say('Addresses of pictures by name'), fresh: () => '/static/logo.svg', draw: (_, field) => textField({...field, mono: true})})}</section>
    <section class="panel"><h2>${say('Other settings')}</h2>${freeFields({form, path: [], label: say('Settings that the client knows'), hidden: ['defaultMode', 'defaultPreset', 'brand', 'logos']})}</section>`;
}

class ObjectForm extends FormElement {
  render() { return html`<div class="form">${this.section === 'layout' ? layout(this) : theme(this)}</div>`; }
}
customElements.define('tb-object', ObjectForm);
register('layout', 'tb-object');
register('theme', 'tb-object');
