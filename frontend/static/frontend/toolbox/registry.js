// Which element edits which section. What nobody registered is edited as JSON.

/** @type {Map<string, string>} */
const forms = new Map();

/** @param {string} section @param {string} tagName of a defined FormElement */
export function register(section, tagName) {
  forms.set(section, tagName);
}

/** @param {string} section @returns {string} */
export const formOf = section => forms.get(section) ?? 'tb-json';
