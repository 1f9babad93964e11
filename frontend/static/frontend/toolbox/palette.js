// Ctrl K: items, actions that this person may do, pages of the product. One line is typed, one is chosen.
import {LitElement, html, nothing} from '../vendor/lit.js';
import {icon, plural, say} from '../lib.js';
import {ORDER, address, idOf, itemName, kindName, sectionIcon, sectionName} from './names.js';
import {NAMED_BY, isObject, list, ownSections} from './sections.js';

/** Lines that are shown. */
const SHOWN = 40;

/** @typedef {{text: string, more: string, picture: string, act: () => void}} Entry */

/** Without accents, in small letters. @param {string} text */
const plain = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * The entries that hold every word; those that begin with the first word come first.
 * @template {{text: string, more: string}} T @param {T[]} entries @param {string} typed @returns {T[]}
 */
export function matching(entries, typed) {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return entries;
  const rank = (/** @type {string} */ text) => (text.startsWith(words[0]) ? 0 : text.includes(words[0]) ? 1 : 2);
  return entries.map(entry => ({entry, text: plain(entry.text), all: plain(`${entry.text} ${entry.more}`)}))
    .filter(({all}) => words.every(word => all.includes(word)))
    .sort((a, b) => rank(a.text) - rank(b.text))
    .map(({entry}) => entry);
}

export class Palette extends LitElement {
  static properties = {session: {attribute: false}, typed: {state: true}, chosen: {state: true}, opened: {state: true}};

  constructor() {
    super();
    /** @type {import('./session.js').Session} */
    this.session = /** @type {any} */ (undefined);
    this.typed = '';
    this.chosen = 0;
    this.opened = false;
    /** @type {Entry[]} */
    this.entries = [];
  }

  createRenderRoot() { return this; }

  get dialog() { return /** @type {HTMLDialogElement} */ (this.querySelector('dialog')); }

  async open() {
    this.typed = '';
    this.chosen = 0;
    this.entries = [...this.actions(), ...this.items()];
    this.opened = true;
    await this.updateComplete;
    this.dialog.showModal();
  }

  /** @returns {Entry[]} */
  items() {
    const {snapshot} = this.session.draft;
    const go = (/** @type {string} */ section, /** @type {string} */ id) => () => { location.hash = address(section, id); };
    return [...ORDER, ...ownSections(snapshot)].flatMap(section => {
      if (!NAMED_BY[section]) return [{text: sectionName(section), more: '', picture: sectionIcon(section), act: go(section, '')}];
      return list(snapshot[section]).filter(isObject).map(item => {
        const id = idOf(section, item);
        const title = section === 'uiTokens' ? id : itemName(section, id, item);
        return {text: title, more: [kindName(section), title === id ? '' : id].filter(Boolean).join(' · '), picture: sectionIcon(section), act: go(section, id)};
      });
    });
  }

  /** @returns {Entry[]} */
  actions() {
    const {draft} = this.session;
    const {docs = '', incident = ''} = document.getElementById('tb')?.dataset ?? {};
    const ask = (/** @type {string} */ name) => () => { this.session.ask(name); };
    const visit = (/** @type {string} */ to) => () => { location.href = to; };
    const action = (/** @type {string} */ text, /** @type {string} */ picture, /** @type {() => void} */ act, more = say('Action')) => ({text, more, picture, act});
    return [
      ...(!draft.mayEdit ? [] : draft.editing ? [
        action(say('Review and publish'), 'git-compare', ask('review')),
        action(say('Send to preview, make a link'), 'send', ask('preview')),
        ...(draft.canUndo ? [action(say('Undo: {name}', {name: draft.undoName}), 'undo-2', () => { draft.undo(); })] : []),
        ...(draft.canRedo ? [action(say('Redo: {name}', {name: draft.redoName}), 'redo-2', () => { draft.redo(); })] : []),
        ...Object.keys(NAMED_BY).map(section => action(say('New: {kind}', {kind: kindName(section)}), 'plus', () => { this.session.dispatchEvent(new CustomEvent('add', {detail: section})); })),
        action(say('Show live'), 'eye', () => { draft.edit(false); }),
      ] : [action(say('Edit the draft'), 'pencil', () => { draft.edit(true); })]),
      action(say('Export, import, all as JSON'), 'download', ask('file')),
      action(say('The tour of one minute'), 'info', ask('tour')),
      ...[['Control plane', '/cp'], ['App', '/app']].filter(([, to]) => document.querySelector(`.nav a[href^="${to}"]`)).map(([, to]) => {
        const link = /** @type {HTMLAnchorElement} */ (document.querySelector(`.nav a[href^="${to}"]`));
        return action(link.textContent ?? '', 'gauge', visit(link.href), say('Page'));
      }),
      action(say('Incident'), 'power', visit(incident), say('Page')),
      action(say('API documentation'), 'book-open', visit(docs), say('Documentation')),
    ];
  }

  get found() { return matching(this.entries, this.typed).slice(0, SHOWN); }

  /** @param {KeyboardEvent} event */
  press(event) {
    const {found} = this;
    const steps = /** @type {Record<string, number>} */ ({ArrowDown: 1, ArrowUp: -1});
    if (event.key in steps && found.length) this.chosen = (this.chosen + steps[event.key] + found.length) % found.length;
    else if (event.key === 'Enter' && found[this.chosen]) this.go(found[this.chosen]);
    else return;
    event.preventDefault();
    this.updateComplete.then(() => { this.querySelector('[aria-selected="true"]')?.scrollIntoView({block: 'nearest'}); });
  }

  /** @param {Entry} entry */
  go(entry) {
    this.dialog.close();
    entry.act();
  }

  render() {
    if (!this.opened) return nothing;
    const {found} = this;
    return html`<dialog class="palette" aria-label=${say('Find an item or an action')} @close=${() => { this.opened = false; }}>
      <div class="srch">${icon('search')}<input class="inp" type="text" role="combobox" autofocus autocomplete="off" spellcheck="false" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
        aria-activedescendant=${found.length ? `palette-${this.chosen}` : nothing} aria-label=${say('Find an item or an action')} placeholder=${say('An item or an action')} .value=${this.typed}
        @input=${(/** @type {any} */ event) => { this.typed = event.target.value; this.chosen = 0; }} @keydown=${this.press}></div>
      <ul id="palette-list" role="listbox" aria-label=${say('Found')}>${found.map((entry, at) => html`<li role="option" id="palette-${at}" aria-selected=${at === this.chosen ? 'true' : 'false'} @click=${() => { this.go(entry); }}>
        ${icon(entry.picture)}<span class="grow trunc">${entry.text}</span><span class="muted small">${entry.more}</span></li>`)}</ul>
      <p class="hint" role="status">${found.length ? plural('{count} found', '{count} found', {count: found.length}) : say('Nothing is called “{words}”.', {words: this.typed})}</p></dialog>`;
  }
}
customElements.define('tb-palette', Palette);
