// What sections and items are called here.
import {language, localized, say} from '../lib.js';
import {NAMED_BY, OBJECTS, isObject, titleOf} from './sections.js';

/** Section → its name, what one of it is called, its picture. @type {Record<string, [string, string, string]>} */
const KNOWN = {
  pages: [say('Pages'), say('Page'), 'file-text'],
  tables: [say('Tables'), say('Table'), 'table-2'],
  tabs: [say('Tabs'), say('Tab'), 'layers'],
  featureFlags: [say('Flags'), say('Flag'), 'flag'],
  segments: [say('Segments'), say('Segment'), 'users'],
  uiTokens: [say('Design tokens'), say('Design token'), 'palette'],
  layout: [say('Layout'), say('Layout'), 'sliders-horizontal'],
  theme: [say('Theme'), say('Theme'), 'sun-moon'],
  roles: [say('Roles'), say('Role'), 'user'],
  permissions: [say('Permissions'), say('Permission'), 'key-round'],
  plans: [say('Plans'), say('Plan'), 'list'],
};

/** Sections in the order of the navigation. */
export const ORDER = Object.keys(KNOWN);

/** @param {string} section */
export const sectionName = section => KNOWN[section]?.[0] ?? section;
/** @param {string} section */
export const kindName = section => KNOWN[section]?.[1] ?? section;
/** @param {string} section */
export const sectionIcon = section => KNOWN[section]?.[2] ?? 'code-xml';

/** Of tokens the navigation lists categories. @type {Record<string, string>} */
const CATEGORIES = {
  color: say('Colours'), spacing: say('Spacing'), typography: say('Typography'), layout: say('Sizes'), radius: say('Corners'),
  shadow: say('Shadows'), gradient: say('Gradients'), other: say('Other'),
};

/** @param {string} section @param {any} item */
export const idOf = (section, item) => (NAMED_BY[section] && isObject(item) ? String(item[NAMED_BY[section]] ?? '') : '');

/** What an item is called, for people: its title, else its name. @param {string} section @param {string} id @param {any} item */
export function itemName(section, id, item) {
  if (section === 'uiTokens') return CATEGORIES[id] ?? id;
  if (!NAMED_BY[section]) return sectionName(section);
  return titleOf(item, language) || id || say('(no name yet)');
}

/** With its kind: `Page “Orders”`. @param {string} section @param {string} id @param {any} item */
export function itemInWords(section, id, item) {
  if (!NAMED_BY[section]) return sectionName(section);
  return say('{kind} “{name}”', {kind: kindName(section), name: itemName(section, id, item)});
}

/** @param {string} section */
export const isObjectSection = section => OBJECTS.includes(section) || !NAMED_BY[section];

/** The address of an item's form, or of one of its fields. @param {string} section @param {string} id @param {string} [path] */
export const address = (section, id, path = '') => `#/${[section, id, ...(path ? path.split('/') : [])].map(encodeURIComponent).join('/')}`;

/** @param {string} hash @returns {{section: string, id: string, path: string}} */
export function readAddress(hash) {
  const [section = '', id = '', ...rest] = hash.replace(/^#\/?/, '').split('/').map(step => {
    try {
      return decodeURIComponent(step);
    } catch {
      return '';
    }
  });
  return {section, id, path: rest.join('/')};
}

/** What a problem says, in the language. @param {import('./draft.js').Problem} problem */
export const problemText = problem => localized(problem.message);
