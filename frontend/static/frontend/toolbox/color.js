// Colours as numbers, and their contrast after WCAG 2.2. No DOM.

/** @typedef {[number, number, number, number]} Color red, green, blue (0–255) and alpha (0–1) */

/**
 * Hex and rgb() notations; `null` for all others, which only a browser resolves.
 * @param {string} text @returns {Color | null}
 */
export function parse(text) {
  const hex = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text.trim());
  if (hex) {
    const wide = hex[1].length < 6 ? [...hex[1]].map(digit => digit + digit).join('') : hex[1];
    const [red, green, blue, alpha] = [0, 2, 4, 6].map(index => parseInt(wide.slice(index, index + 2) || 'ff', 16));
    return [red, green, blue, alpha / 255];
  }
  const call = /^rgba?\(\s*([\d.]+%?)[\s,]+([\d.]+%?)[\s,]+([\d.]+%?)(?:\s*[,/]\s*([\d.]+%?))?\s*\)$/i.exec(text.trim());
  if (!call) return null;
  const part = (word, whole) => Math.max(0, Math.min(whole, word.endsWith('%') ? parseFloat(word) / 100 * whole : parseFloat(word)));
  return [part(call[1], 255), part(call[2], 255), part(call[3], 255), call[4] === undefined ? 1 : part(call[4], 1)];
}

const byte = value => Math.round(value).toString(16).padStart(2, '0');

/** @param {Color} color @returns {string} `#rrggbb`: what a colour input takes */
export const toHex = ([red, green, blue]) => `#${byte(red)}${byte(green)}${byte(blue)}`;

/** @param {Color} color @returns {string} `#rrggbb`, or `#rrggbbaa` where it is not opaque */
export const toText = color => toHex(color) + (color[3] < 1 ? byte(color[3] * 255) : '');

/** What is seen where `over` lies on an opaque colour. @param {Color} over @param {Color} ground @returns {Color} */
export const blend = (over, ground) => /** @type {Color} */ ([...[0, 1, 2].map(index => over[index] * over[3] + ground[index] * (1 - over[3])), 1]);

const linear = value => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);

/** Relative luminance (WCAG 2.2). @param {Color} color @returns {number} */
export const luminance = color => 0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2]);

/**
 * Contrast of two colours as people see them: a translucent ground lies on white or black, whichever is worse.
 * @param {Color} color @param {Color} ground @returns {number} 1 to 21
 */
export function contrast(color, ground) {
  const grounds = ground[3] < 1 ? [blend(ground, [255, 255, 255, 1]), blend(ground, [0, 0, 0, 1])] : [ground];
  return Math.min(...grounds.map(seen => {
    const [bright, dark] = [luminance(blend(color, seen)), luminance(seen)].sort((a, b) => b - a);
    return (bright + 0.05) / (dark + 0.05);
  }));
}

/** What a ratio is enough for. @param {number} ratio @returns {'all' | 'text' | 'large' | 'nothing'} AAA, AA, AA for large text, below */
export const enough = ratio => (ratio >= 7 ? 'all' : ratio >= 4.5 ? 'text' : ratio >= 3 ? 'large' : 'nothing');

/**
 * The value with `var(--x)` replaced by what the custom property is, fallbacks too.
 * @param {string} value @param {Record<string, string>} variables @returns {string}
 */
export function substituted(value, variables) {
  let text = value;
  for (let depth = 0; depth < 8 && text.includes('var('); depth += 1) {
    text = text.replace(/var\(\s*(--[\w-]+)\s*(?:,\s*([^()]*))?\)/g, (whole, name, fallback) => variables[name] ?? fallback ?? 'var-unknown');
  }
  return text;
}
