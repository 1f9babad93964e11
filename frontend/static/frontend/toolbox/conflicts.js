// Somebody saved first, and changed the same fields: each is shown with both values, and nothing is saved until all are decided.
import {LitElement, html, nothing} from '../vendor/lit.js';
import {icon, localized, plural, say} from '../lib.js';
import {itemInWords} from './names.js';
import {isObject} from './sections.js';

/** A value in few words. @param {any} value */
function brief(value) {
  if (value === undefined) return say('(not there)');
  if (typeof value === 'string') return value === '' ? say('(empty)') : `“${value}”`;
  if (typeof value === 'boolean') return value ? say('yes') : say('no');
  if (isObject(value) && ('en' in value || 'fr' in value)) return `“${localized(value)}”`;
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)} …` : text;
}

export class Conflicts extends LitElement {
  static properties = {draft: {attribute: false}, conflicts: {attribute: false}};

  constructor() {
    super();
    /** @type {import('./draft.js').Draft} */
    this.draft = /** @type {any} */ (undefined);
    /** @type {import('./draft.js').Conflict[]} */
    this.conflicts = [];
  }

  createRenderRoot() { return this; }

  /** @param {import('./draft.js').Conflict} conflict */
  item({path: [section, id = '']}) { return itemInWords(section, id, this.draft.find(section, id) ?? this.draft.liveItem(section, id)); }

  /** @param {import('./draft.js').Conflict} conflict @param {'mine' | 'theirs'} whose */
  decide(conflict, whose) {
    this.draft.resolve(conflict, whose, say('{item}: what {who} saved', {item: this.item(conflict), who: this.draft.others}));
    this.updateComplete.then(() => { /** @type {HTMLElement | null} */ (this.querySelector('button'))?.focus(); });
  }

  render() {
    if (!this.conflicts?.length) return nothing;
    const who = this.draft.others || say('Somebody');
    return html`<section class="conflicts card" role="region" aria-labelledby="conflicts"><header><h2 id="conflicts" class="grow">${icon('git-compare')} ${plural('{who} changed the same field as you. Whose stays?', '{who} changed {count} of the same fields as you. Whose stay?', {count: this.conflicts.length, who})}</h2></header>
      <div class="body stack"><p class="muted">${say('Your edits are kept in this browser. Nothing is saved until this is decided; everything else was put together.')}</p>
      ${this.conflicts.map(conflict => html`<fieldset><legend>${this.item(conflict)}${conflict.path.length > 2 ? html` · <code>${conflict.path.slice(2).filter(Boolean).join(' › ') || say('order')}</code>` : nothing}</legend>
        <div class="sides"><div><p class="lab">${say('Yours')}</p><p>${conflict.path.at(-1) === '' ? conflict.mine.join(', ') : brief(conflict.mine)}</p><button class="btn sm" type="button" @click=${() => { this.decide(conflict, 'mine'); }}>${say('Keep yours')}</button></div>
        <div><p class="lab">${say('Saved by {who}', {who})}</p><p>${conflict.path.at(-1) === '' ? conflict.theirs.join(', ') : brief(conflict.theirs)}</p><button class="btn sm" type="button" @click=${() => { this.decide(conflict, 'theirs'); }}>${say('Take theirs')}</button></div></div></fieldset>`)}</div></section>`;
  }
}
customElements.define('tb-conflicts', Conflicts);
