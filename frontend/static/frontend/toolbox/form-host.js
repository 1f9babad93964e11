// The form of a section, made by its registered name.
import {formOf} from './registry.js';

/** @type {{key: string, element: any} | null} */
let kept = null;

/** @param {string} section @param {string} id @param {import('./draft.js').Draft} draft @returns {HTMLElement} */
export function formElement(section, id, draft) {
  const key = `${section}/${id}`;
  if (kept?.key !== key || kept.element.draft !== draft) {
    const element = /** @type {any} */ (document.createElement(formOf(section)));
    Object.assign(element, {draft, section, itemId: id});
    kept = {key, element};
  }
  return kept.element;
}
