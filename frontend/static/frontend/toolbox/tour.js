// One minute for who is here for the first time: what is where, one thing after the other. It can be left at any time.
import {LitElement, html, nothing} from '../vendor/lit.js';
import {icon, say} from '../lib.js';

const SEEN = 'icontrol.toolbox.tour';
const GAP = 12;

/** @returns {[string, string, string][]} selector, title, text */
const steps = () => [
  ['.side', say('Everything that the app shows'), say('Pages, tables, tabs, flags and colours. What differs from live is marked.')],
  ['tb-bridge .bridge', say('Live is not the draft'), say('Clients get what is live. You edit the draft, which no client sees. The number says how far apart they are.')],
  ['.edit', say('A form for each thing'), say('Each field shows what is live, and brings it back with one click. There is no button to save: it saves itself.')],
  ['.see', say('How it will look'), say('The true app, made of your draft. Choose who looks; a click opens the form of what you see.')],
  ['tb-acts', say('Undo, preview, publish'), say('Every step can be undone. A preview link is for testers. “Review and publish” shows every change in words before it goes out.')],
];

export const seen = () => {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    return true;
  }
};

export class Tour extends LitElement {
  static properties = {step: {state: true}};

  constructor() {
    super();
    this.step = -1;
    this.place = () => { this.move(); };
  }

  createRenderRoot() { return this; }

  start() {
    this.from = /** @type {HTMLElement | null} */ (document.activeElement);
    this.step = 0;
    addEventListener('resize', this.place);
  }

  end() {
    this.step = -1;
    removeEventListener('resize', this.place);
    try {
      localStorage.setItem(SEEN, '1');
    } catch { /* it is offered again */ }
    this.from?.focus();
    this.dispatchEvent(new Event('end'));
  }

  /** Steps whose place can be seen here. */
  get steps() {
    return steps().filter(([selector]) => {
      const place = document.querySelector(selector);
      return place && (place.checkVisibility() || [...place.children].some(child => child.checkVisibility()));
    });
  }

  /** @param {number} by */
  async go(by) {
    this.step += by;
    if (this.step >= this.steps.length) this.end();
  }

  updated() {
    const card = /** @type {HTMLElement | null} */ (this.querySelector('[popover]'));
    if (!card) return;
    if (!card.matches(':popover-open')) card.showPopover();
    this.move();
    card.focus();
  }

  /** Beside what it is about: where there is room. */
  move() {
    const card = /** @type {HTMLElement | null} */ (this.querySelector('[popover]'));
    const found = this.steps[this.step];
    if (!card || !found) return;
    const target = /** @type {HTMLElement} */ (document.querySelector(found[0]));
    const box = (target.checkVisibility() ? target : /** @type {Element} */ (target.firstElementChild)).getBoundingClientRect();
    const {width, height} = card.getBoundingClientRect();
    const left = box.right + GAP + width < innerWidth ? box.right + GAP : box.left - GAP - width > 0 ? box.left - GAP - width : Math.min(Math.max(GAP, box.left + GAP), innerWidth - width - GAP);
    const tall = box.height > innerHeight / 2;
    const top = tall ? box.top + 60 : box.bottom + GAP + height < innerHeight ? box.bottom + GAP : box.top - GAP - height;
    card.style.setProperty('left', `${left}px`);
    card.style.setProperty('top', `${Math.min(Math.max(GAP, top), innerHeight - height - GAP)}px`);
  }

  render() {
    const all = this.steps;
    const found = this.step >= 0 ? all[this.step] : undefined;
    if (!found) return nothing;
    const [, title, text] = found;
    const last = this.step === all.length - 1;
    return html`<div popover="manual" class="tour stack" role="dialog" tabindex="-1" aria-labelledby="tour-title" aria-describedby="tour-text" @keydown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') this.end(); }}>
      <p class="muted small">${say('{step} of {all}', {step: this.step + 1, all: all.length})}</p><h2 id="tour-title">${title}</h2><p id="tour-text">${text}</p>
      <p class="row"><button class="btn p sm" type="button" @click=${() => { this.go(1); }}>${last ? say('Begin') : say('Next')}</button>${this.step ? html`<button class="btn sm" type="button" @click=${() => { this.go(-1); }}>${say('Back')}</button>` : nothing}
        ${last ? nothing : html`<button class="lnk" type="button" @click=${() => { this.end(); }}>${icon('x', true)} ${say('End the tour')}</button>`}</p></div>`;
  }
}
customElements.define('tb-tour', Tour);
