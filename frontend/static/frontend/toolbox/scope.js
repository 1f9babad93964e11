// One item of the draft as the fields see it: the same members as a form element has.
import {problemsOf} from './check.js';
import {find} from './sections.js';

/** @typedef {import('./draft.js').Draft} Draft */

export class Scope {
  /** @param {Draft} draft @param {string} section @param {string} itemId @param {string} [prefix] of its paths in addresses */
  constructor(draft, section, itemId, prefix = '') {
    this.draft = draft;
    this.section = section;
    this.itemId = itemId;
    this.prefix = prefix;
    this.item = find(draft.snapshot, section, itemId);
    this.liveItem = find(draft.live, section, itemId);
  }

  get readOnly() { return this.draft.readOnly; }

  /** Problems of a field and of what is inside it. @param {string} path `columns/2/label`; empty: all of the item */
  problemsAt(path) {
    if (this.readOnly) return [];
    return problemsOf(this, path);
  }
}
