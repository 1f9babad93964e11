// The page of the Toolbox comes alive.
import {Refused, say} from '../lib.js';
import './acts.js';
import './app.js';
import {open, whereOf} from './session.js';

const page = /** @type {HTMLElement} */ (document.getElementById('tb'));

/** @param {import('./session.js').Session} session */
function listen(session) {
  const {draft} = session;
  addEventListener('keydown', event => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (document.querySelector('dialog[open]')) return;
    if (key === 'k' && !event.shiftKey) session.ask('palette');
    else if (key === 'e' && !event.shiftKey && draft.mayEdit) draft.edit(!draft.editing);
    else if (key === 'z' && draft.editing && event.shiftKey) draft.redo();
    else if (key === 'z' && draft.editing) draft.undo();
    else return;
    event.preventDefault();
  });
  addEventListener('online', () => { draft.save(); });
  addEventListener('beforeunload', event => { if (draft.unsaved) event.preventDefault(); });
  document.addEventListener('visibilitychange', () => { if (document.hidden && draft.unsaved) draft.save(); });
}

try {
  const session = await open(whereOf(page));
  for (const name of ['tb-bridge', 'tb-acts']) /** @type {any} */ (document.querySelector(name)).session = session;
  const view = /** @type {any} */ (document.createElement('tb-app-view'));
  view.session = session;
  page.replaceChildren(view);
  listen(session);
  session.follow(page.dataset.here ?? '', () => `${view.place.section}/${view.place.id}`);
} catch (error) {
  const text = error instanceof Refused ? error.message : say('The server does not answer. Check the connection and load the page again.');
  const place = page.querySelector('[role=status]');
  if (place) place.textContent = text;
}
