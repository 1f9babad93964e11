// What is new inside a form: its title, and an id that is suggested from it. The id is unique, and cannot be one that the schema refuses.
import {icon, say} from '../lib.js';
import {LitElement, html, live, nothing} from '../vendor/lit.js';
import {address, kindName} from './names.js';
import {idFrom, newItem} from './new-item.js';
import {free, isId} from './places.js';
import {NAMED_BY, list} from './sections.js';

/**
 * @typedef {object} Question
 * @property {string} heading @property {string} [titleLabel] @property {string} [idLabel]
 * @property {string} [fallback] the id that is suggested where there is no title, or no letter in it to make one of
 * @property {Iterable<string>} taken ids that are in use
 * @property {(id: string, title: string) => void} add
 */

class AskDialog extends LitElement {
  static properties = {question: {attribute: false}, title_: {state: true}, id_: {state: true}};

  constructor() {
    super();
    /** @type {Question | null} */
    this.question = null;
    this.title_ = '';
    /** What was typed; `null`: the suggestion. @type {string | null} */
    this.id_ = null;
  }

  createRenderRoot() { return this; }

  /** @param {Question} question */
  ask(question) {
    this.question = question;
    this.title_ = '';
    this.id_ = null;
    this.updateComplete.then(() => this.querySelector('dialog').showModal());
  }

  get taken() { return new Set(this.question?.taken); }

  get id_now() { return this.id_ ?? (this.title_.trim() || this.question?.fallback ? free(idFrom(this.title_) || this.question?.fallback || 'item', this.taken) : ''); }

  get obstacle() {
    const id = this.id_now;
    if (this.taken.has(id)) return say('“{id}” is taken.', {id});
    return id && !isId(id) ? say('Letters, digits and . _ ~ ! * \' ( ) : - only, at most 128.') : '';
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    const id = this.id_now, title = this.title_.trim();
    if (!id || this.obstacle) return;
    this.querySelector('dialog').close();
    this.question?.add(id, title || id);
  }

  render() {
    const {question, obstacle} = this;
    if (!question) return nothing;
    return html`<dialog aria-labelledby="ask-heading" class="ask"><form method="dialog" @submit=${(/** @type {Event} */ event) => this.submit(event)}>
      <header><h1 class="grow" id="ask-heading">${question.heading}</h1><button type="button" class="btn ghost icon" aria-label=${say('Close')} @click=${() => this.querySelector('dialog').close()}>${icon('x')}</button></header>
      <div class="b stack">${question.titleLabel ? html`<label class="f"><span>${question.titleLabel}</span><input type="text" autofocus autocomplete="off" maxlength="200" .value=${live(this.title_)} @input=${(/** @type {any} */ event) => { this.title_ = event.target.value; }}></label>` : nothing}
        <label class="f"><span>${question.idLabel ?? say('Name in code')}</span><input type="text" class="mono" ?autofocus=${!question.titleLabel} autocomplete="off" spellcheck="false" maxlength="128" aria-describedby="ask-hint" aria-invalid=${obstacle ? 'true' : nothing}
          .value=${live(this.id_now)} @input=${(/** @type {any} */ event) => { this.id_ = event.target.value; }}></label>
        <p class="hint" id="ask-hint" role="status">${obstacle ? html`<span class="err">${icon('circle-x', true)}<span>${obstacle}</span></span>` : say('What refers to it uses this name. People never see it.')}</p></div>
      <footer><span class="grow"></span><button type="button" class="btn" @click=${() => this.querySelector('dialog').close()}>${say('Cancel')}</button><button class="btn p" ?disabled=${!this.id_now || Boolean(obstacle)}>${icon('plus')}${say('Add')}</button></footer></form></dialog>`;
  }
}
customElements.define('tb-ask', AskDialog);

/** @param {Question} question */
export function ask(question) {
  const dialog = /** @type {AskDialog} */ (document.querySelector('body > tb-ask') ?? document.body.appendChild(document.createElement('tb-ask')));
  dialog.ask(question);
}

/**
 * Asks for a new item of a section that belongs somewhere, such as a tab of a page, and adds it.
 * @param {import('./draft.js').Draft} draft @param {string} section @param {Record<string, any>} preset members that it starts with
 * @param {(id: string) => void} [then] in place of opening its form
 */
export function openAdd(draft, section, preset, then) {
  const key = NAMED_BY[section], {language} = draft.where;
  ask({
    heading: say('New: {kind}', {kind: kindName(section)}), titleLabel: section === 'tabs' ? say('Label') : '', idLabel: key === 'key' ? say('Key') : say('Name in code'), fallback: section === 'tables' ? preset.pageId : undefined, taken: list(draft.snapshot[section]).map(item => item?.[key]),
    add: (id, title) => {
      draft.add(section, {...newItem(section, id, title, draft.snapshot, language), ...preset}, undefined, say('{kind} {id} added', {kind: kindName(section), id}));
      if (then) then(id);
      else location.hash = address(section, id);
    },
  });
}
