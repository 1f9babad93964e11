// Which element edits which section; '' stands for sections of the application's own. What nobody registered is edited as JSON.
import {NAMED_BY} from './sections.js';

/** @type {Map<string, string>} */
const forms = new Map();

/** @param {string} section @param {string} tagName of a defined FormElement */
export function register(section, tagName) {
  forms.set(section, tagName);
}

/** @param {string} section @returns {string} */
export const formOf = section => forms.get(section) ?? (section in NAMED_BY ? 'tb-json' : forms.get('') ?? 'tb-json');
