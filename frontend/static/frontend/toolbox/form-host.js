// The form of a section, made by its registered name.
import {formOf} from './registry.js';

/** @type {{key: string, element: any} | null} */
let kept = null;

/** @param {string} section @param {string} id @param {import('./draft.js').Draft} draft @param {boolean} raw as JSON @returns {HTMLElement} */
export function formElement(section, id, draft, raw) {
  const name = raw ? 'tb-json' : formOf(section);
  const key = `${name} ${section}/${id}`;
  if (kept?.key !== key || kept.element.draft !== draft) {
    const element = /** @type {any} */ (document.createElement(name));
    Object.assign(element, {draft, section, itemId: id});
    kept = {key, element};
  }
  return kept.element;
}
