// Putting a list in order: buttons, a grip that is dragged, arrow keys on the grip; each move is said aloud.
import {icon, say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import {announce} from './announce.js';

/**
 * @typedef {object} Place where an entry stands and how it moves
 * @property {import('../vendor/lit.js').LitElement} host drawn again after a move
 * @property {string} key names the entry: its element has `data-move` with it
 * @property {string} label what people call it
 * @property {number} index @property {number} count
 * @property {(from: number, to: number) => void} move
 * @property {(index: number) => string} [keyAt] where entries are named by their place
 * @property {boolean} [across] entries stand beside each other, and may wrap
 */

/** @param {Place} place @param {number} to @param {string} [focus] selector of what has the focus afterwards */
function go({host, key, keyAt, label, index, count, move}, to, focus = '') {
  if (to < 0 || to >= count || to === index) return;
  move(index, to);
  announce(say('{name}: position {place} of {count}', {name: label, place: to + 1, count}));
  if (focus) host.updateComplete.then(() => /** @type {HTMLElement | null} */ (host.querySelector(`[data-move="${CSS.escape(keyAt ? keyAt(to) : key)}"] ${focus}`))?.focus());
}

/** @param {Place} place @param {KeyboardEvent} event */
function byKey(place, event) {
  const steps = {ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, Home: -place.index, End: place.count - 1 - place.index};
  const step = /** @type {Record<string, number>} */ (steps)[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  go(place, place.index + step, '.grip');
}

/** Where an entry dropped at a point would stand. @param {HTMLElement[]} rows @param {number} from @param {number} x @param {number} y */
function target(rows, from, x, y) {
  const others = rows.filter((_, index) => index !== from);
  const after = others.findIndex(row => {
    const {top, bottom, left, width, height} = row.getBoundingClientRect();
    const beside = others.length > 1 && width < /** @type {HTMLElement} */ (row.parentElement).clientWidth * 0.8;
    return beside ? y < top || (y < bottom && x < left + width / 2) : y < top + height / 2;
  });
  return after < 0 ? others.length : after;
}

/** @param {Place} place @param {PointerEvent} event */
function drag(place, event) {
  const grip = /** @type {HTMLElement} */ (event.currentTarget), row = /** @type {HTMLElement} */ (grip.closest('[data-move]'));
  if (event.button !== 0 || !row?.parentElement) return;
  const rows = /** @type {HTMLElement[]} */ ([...row.parentElement.children].filter(child => child.hasAttribute('data-move')));
  const from = rows.indexOf(row), others = rows.filter(other => other !== row);
  let to = from, started = false;
  const clear = () => rows.forEach(other => { delete other.dataset.drop; });
  /** @param {PointerEvent} moved */
  const follow = moved => {
    const [x, y] = [moved.clientX - event.clientX, moved.clientY - event.clientY];
    if (!started && Math.hypot(x, y) < 4) return;
    started = true;
    row.classList.add('dragging');
    row.style.setProperty('translate', place.across ? `${x}px ${y}px` : `0 ${y}px`);
    to = target(rows, from, moved.clientX, moved.clientY);
    clear();
    if (others[to]) others[to].dataset.drop = 'before';
    else if (others.length) others[others.length - 1].dataset.drop = 'after';
  };
  const done = (/** @type {boolean} */ dropped) => {
    clear();
    row.classList.remove('dragging');
    row.style.removeProperty('translate');
    stop.abort();
    if (dropped && started) go(place, to, '.grip');
  };
  const stop = new AbortController(), {signal} = stop;
  grip.setPointerCapture(event.pointerId);
  grip.addEventListener('pointermove', follow, {signal});
  grip.addEventListener('pointerup', () => done(true), {signal});
  grip.addEventListener('pointercancel', () => done(false), {signal});
  addEventListener('keydown', pressed => { if (pressed.key === 'Escape') done(false); }, {signal, capture: true});
}

/** The grip. @param {Place} place */
export const grip = place => html`<button type="button" class="grip" aria-label=${say('Move {name}: arrow keys', {name: place.label})} title=${say('Drag, or press the arrow keys')}
  @keydown=${(/** @type {KeyboardEvent} */ event) => byKey(place, event)} @pointerdown=${(/** @type {PointerEvent} */ event) => drag(place, event)}>${icon('grip-vertical', true)}</button>`;

/** The grip and two buttons. @param {Place} place */
export const movers = place => html`<span class="mv">${grip(place)}
  <button type="button" class="up" aria-label=${say('Move {name} up', {name: place.label})} aria-disabled=${place.index === 0 ? 'true' : nothing} @click=${() => go(place, place.index - 1, '.up')}>${icon('chevron-up', true)}</button>
  <button type="button" class="down" aria-label=${say('Move {name} down', {name: place.label})} aria-disabled=${place.index === place.count - 1 ? 'true' : nothing} @click=${() => go(place, place.index + 1, '.down')}>${icon('chevron-down', true)}</button></span>`;
