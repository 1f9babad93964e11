// Live parts. `<div id data-live="address" data-state="…">`: when the address answers another state, the page is read
// again and the part with the same id takes the place of the old one. The server renders; nothing is made of strings.
import {say} from '../lib.js';

const EVERY = 5_000;
const SLOWEST = 60_000;

/** @param {Document} page */
export function keepFresh(page) {
  const part = page.querySelector('[data-live]');
  if (!(part instanceof HTMLElement) || !part.id) return;
  const heard = page.createElement('p');
  heard.setAttribute('role', 'status');
  page.body.append(heard);
  let wait = EVERY;
  let timer = 0;

  async function look() {
    const now = page.getElementById(part.id);
    if (!now) return;
    try {
      const response = await fetch(now.dataset.live ?? '', {cache: 'no-store', headers: {Accept: 'application/json'}});
      if (response.redirected || [401, 403].includes(response.status)) {
        tell(heard, say('You are logged out. Reload the page.'));
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      const {state} = await response.json();
      if (state !== now.dataset.state && !isBusy(now)) {
        const fresh = (await read(location.href)).getElementById(now.id);
        if (fresh) {
          swap(now, fresh);
          tell(heard, say('Updated.'));
          setTimeout(() => heard.textContent === say('Updated.') && tell(heard, ''), EVERY);
        }
      } else if (heard.classList.contains('w')) tell(heard, '');
      wait = EVERY;
    } catch {
      wait = Math.min(SLOWEST, wait * 2);
      tell(heard, say('The server does not answer. This page may be out of date.'), 'w');
    }
    timer = window.setTimeout(look, wait * (0.8 + 0.4 * Math.random()));
  }

  page.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (!page.hidden) look();
  });
  timer = window.setTimeout(look, EVERY);
}

/** Somebody is typing there. */
const isBusy = part => part.contains(document.activeElement) && !!document.activeElement?.matches('input, select, textarea');

/** @param {HTMLElement} heard @param {string} text */
function tell(heard, text, style = '') {
  heard.className = text ? `fresh callout ${style}` : '';
  heard.textContent = text;
}

/**
 * A page of ours as a document that runs nothing.
 * @param {string} address
 * @returns {Promise<Document>}
 */
function read(address) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('GET', address);
    request.responseType = 'document';
    request.onload = () => (request.status === 200 && request.responseXML ? resolve(request.responseXML) : reject(new Error(String(request.status))));
    request.onerror = () => reject(new Error('network'));
    request.send();
  });
}

/** The focus stays on the link that had it. @param {HTMLElement} old @param {HTMLElement} fresh */
function swap(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : null;
  old.replaceWith(document.adoptNode(fresh));
  if (focused) /** @type {HTMLElement | null} */ (fresh.querySelector(`a[href="${CSS.escape(focused)}"]`))?.focus();
}
