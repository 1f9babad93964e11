// A CSS colour: the browser's picker, the text beside it, and its contrast against another colour in words.
import {icon, number, say} from '../lib.js';
import {LitElement, html, live, nothing} from '../vendor/lit.js';
import {blend, contrast, enough, parse, substituted, toHex, toText} from './color.js';
import {binding, write} from './field-frame.js';

/** @type {OffscreenCanvasRenderingContext2D | null} */
let canvas = null;

/**
 * Any CSS colour, as the browser paints it. @param {string} value @param {Record<string, string>} [variables] custom properties
 * @returns {import('./color.js').Color | null}
 */
export function resolve(value, variables = {}) {
  const text = substituted(String(value), variables), known = parse(text);
  if (known || !CSS.supports('color', text) || /currentcolor|light-dark/i.test(text)) return known;
  canvas ??= /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true}));
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

/** @param {number} ratio @returns {string} the ratio and what it is enough for */
export function contrastWords(ratio) {
  const shown = {ratio: number(Math.floor(ratio * 10) / 10)};
  switch (enough(ratio)) {
    case 'all': return say('{ratio}:1, enough for all text (AAA)', shown);
    case 'text': return say('{ratio}:1, enough for text (AA)', shown);
    case 'large': return say('{ratio}:1, enough for large text and icons only', shown);
    default: return say('{ratio}:1, too little to be read', shown);
  }
}

class ColorField extends LitElement {
  static properties = {field: {attribute: false}, value: {attribute: false}, readOnly: {attribute: false}};

  createRenderRoot() { return this; }

  pick(hex) {
    const old = parse(String(this.value ?? '')), picked = parse(hex);
    write(this.field.form, this.field.path, old && old[3] < 1 && picked ? toText([picked[0], picked[1], picked[2], old[3]]) : hex, this.field.label);
  }

  /** @param {import('./color.js').Color} color @param {{value: string, writing?: boolean, under?: string}} against */
  ratio(color, {value, writing, under}) {
    const {variables} = this.field, other = resolve(value, variables), lowest = under ? resolve(under, variables) : null;
    if (!other) return 0;
    const [text, ground] = writing ? [other, color] : [color, other];
    return contrast(text, ground[3] < 1 && lowest ? blend(ground, lowest) : ground);
  }

  render() {
    const {against, label, variables, compact} = this.field, {id, described, invalid} = binding(this.field);
    const text = this.value === undefined ? '' : String(this.value), color = text ? resolve(text, variables) : null;
    const ratio = color && against ? this.ratio(color, against) : 0;
    return html`<span class="swt"><input type="color" aria-label=${say('{field}: pick a colour', {field: label})} ?disabled=${this.readOnly} .value=${live(color ? toHex(color) : '#000000')} @input=${event => this.pick(event.target.value)}>
      <input class="inp mono ${compact ? 'sm' : ''}" id=${id} type="text" autocomplete="off" spellcheck="false" aria-label=${label} aria-describedby=${described} aria-invalid=${invalid} ?readonly=${this.readOnly}
        .value=${live(text)} @input=${event => write(this.field.form, this.field.path, event.target.value, label)}></span>
      ${ratio ? html`<p class="contrast ${enough(ratio)}">${icon(ratio >= 3 ? 'circle-check' : 'triangle-alert', true)}<span>${say('Contrast with {other}: {words}', {other: against.label, words: contrastWords(ratio)})}</span></p>` : nothing}`;
  }
}
customElements.define('tb-color', ColorField);
