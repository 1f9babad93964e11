// Shortcuts. Whatever has `data-key` is reached by that key, or by two after each other ("g l"); `?` lists them. They can
// be switched off, as single keys disturb who speaks to the computer.
import {say} from '../lib.js';

const OFF = 'control-shortcuts-off';
const PATIENCE = 1_500;

const label = element =>
  element.dataset.keyLabel ?? (element.labels?.[0] ?? element).textContent.replace(/^\s*\?/, '').trim().replace(/\s+/g, ' ');

/** @param {Document} page */
export function listenForKeys(page) {
  const opener = page.getElementById('shortcuts-open');
  if (!opener) return;
  opener.hidden = false;
  opener.addEventListener('click', () => show(page));
  let first = '';
  let until = 0;
  page.addEventListener('keydown', event => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || page.querySelector('dialog[open]')) return;
    if (target.matches?.('input:not([type=checkbox]), select, textarea, [contenteditable]')) return;
    if (event.key === '?') {
      event.preventDefault();
      show(page);
      return;
    }
    if (localStorage.getItem(OFF)) return;
    const typed = Date.now() < until ? `${first} ${event.key}` : event.key;
    const found = named(page).find(element => element.dataset.key === typed || element.dataset.key === event.key);
    [first, until] = [event.key, Date.now() + PATIENCE];
    if (!found) return;
    event.preventDefault();
    first = '';
    if (found.matches('input')) found.focus();
    else found.click();
  });
}

/** @param {Document} page @returns {HTMLElement[]} */
const named = page => [.../** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll('[data-key]'))];

/** @param {Document} page */
function show(page) {
  const make = (tag, attributes = {}, ...children) => {
    const element = page.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const keys = element => element.dataset.key.split(' ').flatMap(key => [make('kbd', {}, key), ' ']);
  const rows = named(page).flatMap(element => [make('dt', {}, ...keys(element)), make('dd', {}, label(element))]);
  const box = make('input', {type: 'checkbox'});
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener('change', () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, '1')));
  const dialog = make(
    'dialog',
    {'aria-labelledby': 'shortcuts'},
    make('header', {}, make('h1', {id: 'shortcuts'}, say('Shortcuts of this page'))),
    make('div', {class: 'b stack'}, make('dl', {class: 'keys'}, ...rows), make('label', {class: 'check'}, box, ' ', say('Single keys work as shortcuts'))),
    make('footer', {}, make('form', {method: 'dialog'}, make('button', {class: 'btn p'}, say('Close')))),
  );
  dialog.addEventListener('close', () => dialog.remove());
  page.body.append(dialog);
  dialog.showModal();
}
