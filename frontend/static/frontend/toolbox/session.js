// One visit of the Toolbox: where, the draft, who else is here, and what the parts of the page ask of each other.
import {request} from '../lib.js';
import {doorOf, query, readDraft, readLive, storeOf} from './api.js';
import {Draft} from './draft.js';

/** @typedef {import('./api.js').Where} Where */
/** @typedef {{key: string, name: string, languages: string[], defaultLanguage: string, extraSchema: any}} Application */

/** Milliseconds between two questions who is here and whether anything was saved. */
const ASK = 8000;

/** Events: what somebody asks for (`review`, `preview`, `palette`, `file`, `tour`), `live` when something else is live, `people`. */
export class Session extends EventTarget {
  /** @param {Where} where @param {Draft} draft @param {Awaited<ReturnType<typeof readLive>>} live */
  constructor(where, draft, live) {
    super();
    this.where = where;
    this.draft = draft;
    this.live = live;
    /** The others that look at this draft. @type {{name: string, item: string}[]} */
    this.people = [];
    this.serial = /** @type {number | null} */ (null);
    this.page = crypto.randomUUID();
    this.signedOut = false;
  }

  /** @param {string} permission */
  may(permission) { return this.where.may.includes(permission); }

  /** @param {string} name */
  ask(name) { this.dispatchEvent(new Event(name)); }

  /** Asks now and then, while the page is seen. @param {string} address @param {() => string} item what is shown, `section/id` */
  follow(address, item) {
    const ask = async () => {
      if (!document.hidden) await this.#here(address, item());
      setTimeout(ask, ASK);
    };
    setTimeout(ask, 500);
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.#here(address, item()); });
  }

  /** @param {string} address @param {string} item */
  async #here(address, item) {
    const form = new URLSearchParams({page: this.page, item: item.slice(0, 200)});
    let told;
    try {
      told = (await request(`${address}${query(this.where)}`, {method: 'POST', body: form})).body;
    } catch {
      return;  // the draft says itself when nobody answers
    }
    this.signedOut = told === null;
    if (!told) {
      this.ask('people');
      return;
    }
    if (JSON.stringify(told.people) !== JSON.stringify(this.people)) {
      this.people = told.people;
      this.ask('people');
    }
    if (this.serial !== null && told.serial !== this.serial) await this.readLive();
    this.serial = told.serial;
    if (told.etag !== this.draft.etag && this.draft.state === 'saved') await this.draft.refresh();
  }

  async readLive() {
    this.live = await readLive(this.where);
    this.draft.setLive(this.live.snapshot);
    this.ask('live');
  }
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
  const [live, answer, application] = await Promise.all([
    readLive(where), where.may.includes('edit') ? readDraft(where) : null, request(`/api/applications/${encodeURIComponent(where.application)}`),
  ]);
  const draft = new Draft({live: live.snapshot, answer, door: doorOf(where), store: storeOf(where)});
  draft.where = where;
  draft.application = {...application.body, languages: [...new Set([where.language, 'en', 'fr'])]};
  return new Session(where, draft, live);
}
