import {LitElement} from '../vendor/lit.js';
import {problemsOf} from './check.js';
import {find} from './sections.js';

/** The base of all forms: the item of a draft, again whenever the draft changes. In light DOM. */
export class FormElement extends LitElement {
  static properties = {draft: {attribute: false}, section: {}, itemId: {attribute: false}};

  constructor() {
    super();
    /** @type {import('./draft.js').Draft} */
    this.draft = /** @type {any} */ (undefined);
    this.section = '';
    this.itemId = '';
    this.again = () => { this.requestUpdate(); };
  }

  createRenderRoot() { return this; }

  connectedCallback() {
    super.connectedCallback();
    this.#listen(this.draft);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#forget(this.draft);
  }

  /** @param {Map<PropertyKey, any>} changed */
  willUpdate(changed) {
    if (changed.has('draft') && this.isConnected) {
      this.#forget(changed.get('draft'));
      this.#listen(this.draft);
    }
  }

  /** @param {import('./draft.js').Draft | undefined} draft */
  #listen(draft) { for (const type of ['change', 'status']) draft?.addEventListener(type, this.again); }
  /** @param {import('./draft.js').Draft | undefined} draft */
  #forget(draft) { for (const type of ['change', 'status']) draft?.removeEventListener(type, this.again); }

  /** @returns {any} the item as edited; undefined once it is removed */
  get item() { return this.draft.find(this.section, this.itemId); }
  /** @returns {any} the item as it is live; undefined when it is new */
  get liveItem() { return this.draft.liveItem(this.section, this.itemId); }
  get readOnly() { return this.draft.readOnly; }

  /**
   * Problems of a field and of what is inside it.
   * @param {string} path from the item: `title`, `columns/2/label`; empty: all of the item
   */
  problemsAt(path) {
    if (this.readOnly) return [];
    return problemsOf(this, path);
  }

  /** One more change of this item. @param {string} name the sentence for undo @param {(item: any, copy: any) => unknown} recipe */
  change(name, recipe) {
    this.draft.change(name, copy => {
      const item = find(copy, this.section, this.itemId);
      if (item) recipe(item, copy);
    });
  }
}
