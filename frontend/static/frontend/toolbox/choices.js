// The items of a section as choices of a picker.
import {localized} from '../lib.js';

/** Snapshot → section → its choices. @type {WeakMap<object, Record<string, [string, string][]>>} */
const choices = new WeakMap();

/** The items of a section as choices: `[id, “Title · id”]`. @param {any} draft @param {string} section @returns {[string, string][]} */
export function itemsOf(draft, section) {
  const made = choices.get(draft.snapshot) ?? {};
  choices.set(draft.snapshot, made);
  const list = draft.snapshot[section];
  made[section] ??= (Array.isArray(list) ? list : []).filter(item => item && typeof item === 'object').map(item => {
    const id = String(item.id ?? item.key ?? ''), title = localized(item.title ?? item.label);
    return [id, title && title !== id ? `${title} · ${id}` : id];
  });
  return made[section];
}
