// UI tokens as custom properties. The values come from authors: each is checked here, set as a property of the app's own
// element only, and checked again by the browser where it is used.

/**
 * @typedef {{name: string, value: string, category: string, mode: string}} Variable
 * @typedef {{variables: Variable[], accent: string}} Tokens
 */

/** As in a stylesheet's value: nothing that ends it, loads something, or hides. The server refuses the same. */
const UNSAFE = /[;{}<\\\u0000-\u001f\u007f]|\/\*|url\s*\(|src\s*\(|image\s*\(|image-set\s*\(|element\s*\(|expression\s*\(|@import/i;
const LONGEST = 2_000;
/** What the app itself draws with, and the names under which tokens bring it, the best first. */
const SLOTS = {
  accent: ['color-accent', 'accent-primary', 'accent', 'color-primary', 'primary', 'brand'],
  background: ['color-background', 'app-bg-primary', 'background', 'bg-app', 'bg'],
  surface: ['color-surface', 'surface-0', 'surface', 'bg-surface', 'panel', 'card'],
  text: ['color-text', 'text-primary', 'text'],
  muted: ['color-text-muted', 'text-muted', 'muted-text'],
  border: ['color-border', 'surface-border', 'border-subtle', 'border'],
  header: ['gradient-header', 'color-header', 'header'],
  success: ['color-success', 'success'],
  warning: ['color-warning', 'warning'],
  danger: ['color-danger', 'danger'],
  radius: ['radius-card', 'radius-md', 'radius'],
  control: ['radius-control', 'radius-sm', 'radius'],
  shadow: ['shadow-card', 'shadow-md', 'shadow-min', 'shadow'],
  font: ['font-body', 'font'],
  size: ['font-size'],
  weight: ['font-weight-title'],
  gap: ['spacing-medium', 'spacing-md'],
};

/** @param {unknown} value */
export function isSafe(value) {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'string' && value.length <= LONGEST && value.trim() !== '' && !UNSAFE.test(value) && isClosed(value);
}

/** Whether quotes and brackets are closed. @param {string} text */
function isClosed(text) {
  const waiting = [];
  let quote = '';
  for (const sign of text) {
    if (quote) quote = sign === quote ? '' : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '(' || sign === '[') waiting.push(sign === '(' ? ')' : ']');
    else if ((sign === ')' || sign === ']') && waiting.pop() !== sign) return false;
  }
  return !quote && !waiting.length;
}

/** `appBgPrimary`, `bg.app` → `app-bg-primary`, `bg-app`. @param {string} name */
const kebab = name => name.replace(/([a-z])([A-Z0-9])/g, '$1-$2').replace(/[^A-Za-z0-9_-]+/g, '-').toLowerCase();

/** The scope whose tokens count on a surface; undefined: only those without one. @param {any} theme @param {string} surface */
function scopeOf(theme, surface) {
  const presets = Array.isArray(theme?.presets) ? theme.presets.filter((/** @type {any} */ one) => typeof one?.scope === 'string') : [];
  const first = (/** @type {any} */ preset) => preset.scope.split('.')[0].toUpperCase() === surface.toUpperCase();
  const chosen = presets.find((/** @type {any} */ one) => one.id === theme?.defaultPreset);
  return (chosen && first(chosen) ? chosen : presets.find(first) ?? chosen)?.scope;
}

/** @param {any} token */
function valueOf({value, category, key = '', cssVar = ''}) {
  if (typeof value !== 'number') return value.trim();
  const isPlain = ['color', 'other', 'shadow', 'gradient'].includes(category) || /weight|line/i.test(key + cssVar);
  return isPlain ? String(value) : `${value}px`;
}

/**
 * The variables of a config; those without a mode count in both.
 * @param {Record<string, any>} config
 * @param {string} surface
 * @returns {Tokens}
 */
export function tokensOf({uiTokens, theme}, surface) {
  const scope = scopeOf(theme, surface);
  const wanted = (/** @type {any} */ token) =>
    !token.scope || (scope === undefined ? kebab(token.scope) === kebab(surface) : token.scope === scope);
  /** @type {Map<string, Variable>} */
  const variables = new Map();
  /** @type {Map<string, string>} */
  const tails = new Map();
  for (const token of Array.isArray(uiTokens) ? uiTokens : []) {
    if (typeof token?.key !== 'string' || !isSafe(token.value) || !wanted(token)) continue;
    const mode = ['light', 'dark'].includes(token.mode) ? token.mode : '';
    const isNamed = typeof token.cssVar === 'string' && /^--[A-Za-z0-9_-]{1,120}$/.test(token.cssVar);
    const parts = kebab(token.key).slice(0, 120);
    const name = isNamed ? token.cssVar : `--${mode ? parts.replace(new RegExp(`-${mode}(?=-|$)`), '') : parts}`;
    variables.set(`${name} ${mode}`, {name, value: valueOf(token), category: token.category ?? 'other', mode});
    // `base.accent` brings the accent too, after those that are named in full.
    const tail = name.slice(2).replace(/^(base|cp|app)-(?!bg-primary)/, '');
    if (!tails.has(`${tail} ${mode}`) || isNamed) tails.set(`${tail} ${mode}`, name);
  }
  for (const mode of ['', 'light', 'dark']) {
    for (const [slot, names] of Object.entries(SLOTS)) {
      const found = names.find(name => tails.has(`${name} ${mode}`));
      const brought = found && variables.get(`${tails.get(`${found} ${mode}`)} ${mode}`);
      if (brought) variables.set(`--app-${slot} ${mode}`, {...brought, name: `--app-${slot}`});
    }
  }
  const accent = theme?.brand?.accentColor;
  return {variables: [...variables.values()], accent: isSafe(accent) ? String(accent) : ''};
}

/**
 * The variables that count in a mode; one for this mode alone wins over one for both.
 * @param {Tokens} tokens
 * @param {'light' | 'dark'} mode
 * @returns {Map<string, Variable>} by name
 */
export function variablesIn({variables, accent}, mode) {
  const found = new Map();
  if (accent) found.set('--app-accent', {name: '--app-accent', value: accent, category: 'color', mode: ''});
  for (const wanted of ['', mode]) {
    for (const variable of variables) if (variable.mode === wanted) found.set(variable.name, variable);
  }
  return found;
}

/**
 * The first colour in a value that is written in numbers, as red, green, blue; null where there is none.
 * @param {string} value
 * @returns {[number, number, number] | null}
 */
export function rgbIn(value) {
  const hex = /#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b/i.exec(value);
  if (hex) {
    const digits = hex[1].length < 6 ? [...hex[1]].map(digit => digit + digit).join('') : hex[1];
    const part = (/** @type {number} */ at) => parseInt(digits.slice(at, at + 2), 16);
    return [part(0), part(2), part(4)];
  }
  const found = /rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})/i.exec(value);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : null;
}

/**
 * What is read better on a colour: white or nearly black (WCAG's relative luminance).
 * @param {[number, number, number]} rgb
 */
export function inkOn(rgb) {
  const [red, green, blue] = rgb.map(part => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.0572 ? '#ffffff' : '#10131a';
}
