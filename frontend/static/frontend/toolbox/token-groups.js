// Design tokens as people see them: one row for a value with its light and dark side, rows by scope. No DOM.

/** @typedef {{key: string, value: string | number, category: string, mode?: string, scope?: string, cssVar?: string}} Token */
/** @typedef {{name: string, both?: Token, light?: Token, dark?: Token}} Row */
/** @typedef {{scope: string, prefix: string, rows: Row[]}} Group `prefix`: what all names of the group begin with, a dot at its end */

/** The key without the part that names its mode. @param {Token} token @returns {string} */
export function nameOf({key, mode}) {
  if (!mode) return key;
  const parts = key.split('.'), at = parts.lastIndexOf(mode);
  return at < 0 || parts.length === 1 ? key : parts.filter((_, index) => index !== at).join('.');
}

/** The key of a row's other side: `color.text.light` → `color.text.dark`. @param {Token} token @param {'light' | 'dark'} mode @returns {string} */
export function keyFor(token, mode) {
  const parts = token.key.split('.'), at = token.mode ? parts.lastIndexOf(token.mode) : -1;
  return at < 0 ? `${token.key}.${mode}` : parts.map((part, index) => (index === at ? mode : part)).join('.');
}

/** @param {Token[]} tokens of one category @returns {Group[]} in the order of the tokens, those without a scope first */
export function grouped(tokens) {
  /** @type {Map<string, Map<string, Row>>} */
  const scopes = new Map([['', new Map()]]);
  for (const token of tokens) {
    const scope = token.scope ?? '', name = nameOf(token), side = /** @type {'both' | 'light' | 'dark'} */ (token.mode === 'light' || token.mode === 'dark' ? token.mode : 'both');
    const rows = scopes.get(scope) ?? new Map();
    scopes.set(scope, rows);
    // Two tokens on one side are two rows.
    const row = rows.has(name) && rows.get(name)[side] ? undefined : rows.get(name);
    if (row) row[side] = token;
    else rows.set(rows.has(name) ? token.key : name, {name: rows.has(name) ? token.key : name, [side]: token});
  }
  return [...scopes].map(([scope, rows]) => ({scope, prefix: prefixOf([...rows.keys()]), rows: [...rows.values()]})).filter(group => group.rows.length);
}

/** @param {string[]} names @returns {string} the first part, where all have the same and another */
function prefixOf(names) {
  const [first = '', rest] = (names[0] ?? '').split('.');
  return names.length > 1 && rest !== undefined && names.every(name => name.startsWith(`${first}.`)) ? `${first}.` : '';
}

const GROUND = /(^|[^a-z])(bg|background|surface|panel|card|page|ground|canvas|app|header|row)([^a-z]|$)|Bg|Background|Surface|surface\d|^surface/;
const WRITING = /text|ink|title|foreground|label/i;
const DECORATION = /border|separator|divider|line|glow|shadow|ring|hover/i;
const FAINT = /muted|subtle|placeholder|disabled|secondary|border/i;

/** @typedef {'ground' | 'writing' | 'faint' | 'mark' | ''} Part what a colour is for, after its name: `mark` is read on a ground, '' is decoration */
/** @type {WeakMap<Token, Part>} */
const parts = new WeakMap();

/** @param {Token} token @returns {Part} */
function partOf(token) {
  let part = parts.get(token);
  if (part === undefined) {
    // The first part is the preset's or the family's name.
    const [first, ...rest] = nameOf(token).split('.'), name = rest.join('.') || first;
    part = DECORATION.test(name) ? '' : WRITING.test(name) ? (FAINT.test(name) ? 'faint' : 'writing') : GROUND.test(name) ? 'ground' : 'mark';
    parts.set(token, part);
  }
  return part;
}

/** Whether a colour is what others are read on. @param {Token} token */
export const isGround = token => partOf(token) === 'ground';

/** The first ground of a colour's scope and mode: translucent ones lie on it. @param {Token} token @param {Token[]} tokens @returns {Token | undefined} */
export const groundOf = (token, tokens) => tokens.find(other => other.category === 'color' && isGround(other) && (other.scope ?? '') === (token.scope ?? '') && (!other.mode || !token.mode || other.mode === token.mode)
  && (token.scope || other.key.split('.')[0] === token.key.split('.')[0]));

/**
 * What a colour is seen with: a ground for writing, the main text for a ground; of its scope and mode.
 * @param {Token} token @param {Token[]} tokens all @returns {Token | undefined}
 */
export function counterpartOf(token, tokens) {
  const part = partOf(token), wanted = part === 'ground' ? 'writing' : 'ground', [family] = token.key.split('.');
  if (!part) return undefined;
  return tokens.find(other => other.category === 'color' && other !== token && (other.scope ?? '') === (token.scope ?? '') && (!other.mode || !token.mode || other.mode === token.mode)
    && (token.scope || !token.key.includes('.') || other.key.split('.')[0] === family) && partOf(other) === wanted);
}

/** Custom properties of a scope and mode: name → value, those of the mode before those of both. @param {Token[]} tokens @param {string} scope @param {string} mode */
export function variablesOf(tokens, scope, mode) {
  /** @type {Record<string, string>} */
  const result = {};
  for (const wanted of ['', mode]) {
    for (const token of tokens) if (token.cssVar && (token.scope ?? '') === scope && (token.mode ?? '') === wanted) result[token.cssVar] = String(token.value);
  }
  return result;
}
