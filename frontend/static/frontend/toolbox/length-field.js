// A CSS length: a slider and the text; and shadows, seen.
import {say} from '../lib.js';
import {LitElement, html, live, nothing} from '../vendor/lit.js';
import {binding, framed, valueOf, write} from './field-frame.js';

const SIMPLE = /^(-?[0-9]+(?:[.][0-9]+)?)(px|rem|em|%|ch|vw)?$/;
/** @type {Record<string, [number, number]>} unit → most on the slider, step */
const RANGES = {px: [64, 1], rem: [6, 0.125], em: [6, 0.125], '%': [100, 1], ch: [120, 1], vw: [100, 1], '': [64, 1]};

/** Numbers stay numbers, texts texts. @param {string} text @param {any} old @returns {string | number} */
export const tokenValue = (text, old) => (typeof old === 'number' && /^-?[0-9]+([.][0-9]+)?$/.test(text.trim()) ? Number(text) : text);

/** @param {import('./field-frame.js').Field & {slider?: boolean}} field */
export function lengthField(field) {
  const {id, described, invalid, readOnly} = binding(field), value = valueOf(field.form, field.path);
  const simple = SIMPLE.exec(String(value ?? '')), [most, step] = RANGES[simple?.[2] ?? ''], amount = Number(simple?.[1]);
  const slides = field.slider !== false && simple && !readOnly && amount >= 0;
  return framed(field, html`<span class=${slides ? 'slid' : ''}><input class="inp mono" id=${id} type="text" autocomplete="off" spellcheck="false" aria-describedby=${described} aria-invalid=${invalid} ?readonly=${readOnly}
      .value=${live(value === undefined ? '' : String(value))} @input=${(/** @type {any} */ event) => write(field.form, field.path, tokenValue(event.target.value, value), field.label)}>
    ${slides ? html`<input type="range" class="rng" min="0" max=${Math.max(most, Math.ceil(amount))} step=${step} aria-label=${say('{field}: slider', {field: field.label})} .value=${live(String(amount))}
      @input=${(/** @type {any} */ event) => write(field.form, field.path, typeof value === 'number' ? event.target.valueAsNumber : `${event.target.value}${simple[2] ?? ''}`, field.label)}>` : nothing}</span>`);
}

const PROPERTIES = /** @type {Record<string, string>} */ ({shadow: 'box-shadow', gradient: 'background', radius: 'border-radius', color: 'background'});

/** A small picture of a value. */
class Swatch extends LitElement {
  static properties = {category: {attribute: false}, value: {attribute: false}, variables: {attribute: false}};

  createRenderRoot() { return this; }

  updated() {
    const property = PROPERTIES[this.category];
    for (const name of Object.values(PROPERTIES)) this.style.removeProperty(name);
    for (const [name, value] of Object.entries(this.variables ?? {})) this.style.setProperty(name, value);
    if (property) this.style.setProperty(property, typeof this.value === 'number' ? `${this.value}px` : this.value);
  }

  render() { return nothing; }
}
customElements.define('tb-swatch', Swatch);
