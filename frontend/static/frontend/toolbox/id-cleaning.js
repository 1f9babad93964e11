// Pasted lists of ids: every blank, line end or zero-width character that hides in one makes an allow list miss somebody.

const HIDDEN = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\u0000-\u0008\u000e-\u001f\u007f-\u009f]/gu;
const BOUND = 100_000;

/**
 * The fields of a text that somebody pasted or uploaded: lines, and in them what stands between commas, semicolons or tabs.
 * Quoted fields (RFC 4180) keep their separators.
 * @param {string} text @returns {string[]}
 */
export function fieldsOf(text) {
  const found = [];
  let field = '', quoted = false;
  for (let index = 0; index < text.length && found.length < BOUND; index += 1) {
    const char = text[index];
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[index + 1] === '"') { field += '"'; index += 1; } else quoted = false;
    } else if (char === '"' && field.trim() === '') { quoted = true; field = ''; } else if (/[,;\t\n\r\u0085\u2028\u2029]/.test(char)) { found.push(field); field = ''; } else field += char;
  }
  found.push(field);
  return found;
}

/**
 * What a pasted text holds, cleaned, and what was cleaned away.
 * @param {string} text
 * @param {{have?: string[], fits?: (id: string) => boolean}} [options] `have`: the list already there; `fits`: whether the schema takes it
 * @returns {{ids: string[], blanks: number, hidden: number, lineEnds: number, composed: number, duplicates: string[], present: string[], misfits: string[]}}
 *   `blanks`: entries with blanks around them; `hidden`: with characters nobody sees; `lineEnds`: Windows line ends;
 *   `composed`: not in Unicode's form NFC; `present`: already in the list; `misfits`: left out
 */
export function cleaned(text, {have = [], fits = () => true} = {}) {
  const seen = new Set(), there = new Set(have);
  const result = {ids: [], blanks: 0, hidden: 0, lineEnds: (text.match(/\r/g) ?? []).length, composed: 0, duplicates: [], present: [], misfits: []};
  for (const field of fieldsOf(text.replace(/\r\n?/g, '\n'))) {
    const visible = field.replace(HIDDEN, ''), trimmed = visible.trim(), id = trimmed.normalize('NFC');
    if (id === '') continue;
    if (visible !== field) result.hidden += 1;
    if (trimmed !== visible) result.blanks += 1;
    if (id !== trimmed) result.composed += 1;
    if (seen.has(id)) result.duplicates.push(id);
    else if (there.has(id)) result.present.push(id);
    else if (!fits(id)) result.misfits.push(id);
    else result.ids.push(id);
    seen.add(id);
  }
  return result;
}
