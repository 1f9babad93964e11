// One visit of the Toolbox: where, the draft, and what the parts of the page tell each other.
import {doorOf, readDraft, readLive, storeOf} from './api.js';
import {Draft} from './draft.js';

/** @typedef {import('./api.js').Where} Where */

/** Events: what somebody asks for (`review`, `preview`, `palette`), `live` after a publish. */
export class Session extends EventTarget {
  /** @param {Where} where @param {Draft} draft @param {Awaited<ReturnType<typeof readLive>>} live */
  constructor(where, draft, live) {
    super();
    this.where = where;
    this.draft = draft;
    this.live = live;
  }

  /** @param {string} permission */
  may(permission) { return this.where.may.includes(permission); }
}

/** @param {HTMLElement} page what the server wrote @returns {Where} */
export function whereOf({dataset}) {
  return {
    application: dataset.application ?? '', environment: dataset.environment ?? '', language: dataset.language ?? 'en', user: dataset.user ?? '',
    environments: (dataset.environments ?? '').split(' ').filter(Boolean), may: (dataset.may ?? '').split(' '),
  };
}

/** @param {Where} where */
export async function open(where) {
  const [live, answer] = await Promise.all([readLive(where), where.may.includes('edit') ? readDraft(where) : null]);
  const draft = new Draft({live: live.snapshot, answer, door: doorOf(where), store: storeOf(where)});
  draft.where = where;
  return new Session(where, draft, live);
}
