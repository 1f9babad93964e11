// A small document and a server that keeps it, for the tests of the draft.
import {readFileSync} from 'node:fs';
import {Draft} from '../../../frontend/static/frontend/toolbox/draft.js';
import {NAMED_BY} from '../../../frontend/static/frontend/toolbox/sections.js';

export const demo = JSON.parse(readFileSync(new URL('../../../configs/demo/demo.json', import.meta.url), 'utf8')).snapshot;

export const small = () => ({
  ...Object.fromEntries(Object.keys(NAMED_BY).map(section => [section, []])), layout: {}, theme: {},
  pages: [page('home', 10), page('orders', 20, {flag: 'refunds'}), page('help', 30)],
  tabs: [{id: 'open', pageId: 'orders', label: 'Open', visible: true, order: 10}],
  tables: [{id: 'orders.open', pageId: 'orders', tabId: 'open', visible: true, columns: [column('ref', 10), column('total', 20)], actions: []}],
  featureFlags: [{key: 'refunds', state: 'OFF', rules: [{id: 'a', conditions: [{segment: 'pilots'}]}, {id: 'b'}, {id: 'c'}]}],
  segments: [{id: 'pilots', conditions: []}],
});
export const page = (id, order, more = {}) => ({id, title: {en: id, fr: id}, path: `/${id}`, visible: true, order, roles: [], surface: 'APP', ...more});
export const column = (id, order) => ({id, key: id, label: id, type: 'text', visible: true, order});

/** A server with one draft: it counts its saves and refuses an old ETag. */
export class Server {
  constructor(snapshot) {
    this.snapshot = structuredClone(snapshot);
    this.edits = 1;
    this.saves = [];
    this.away = false;
    this.refuse = 0;
  }

  answer(by = 'Ada') {
    return {snapshot: structuredClone(this.snapshot), etag: `"${this.edits}"`, version: '1.0.1', digest: '', problems: this.problems ?? [], offers: [], editedBy: by, editedAt: null};
  }

  /** Somebody else saves. */
  other(recipe) {
    recipe(this.snapshot);
    this.edits += 1;
  }

  door = {
    load: async () => {
      if (this.away) throw new TypeError('away');
      return this.answer('Grace');
    },
    save: async (etag, {patch, put}) => {
      await this.gate;
      if (this.away) throw new TypeError('away');
      if (this.refuse) throw Object.assign(new Error('refused'), {status: this.refuse});
      if (etag !== `"${this.edits}"`) throw Object.assign(new Error('stale'), {status: 412});
      this.saves.push(patch ?? put);
      const next = put ?? {...this.snapshot, ...patch};
      this.snapshot = structuredClone(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== null)));
      this.edits += 1;
      return this.answer();
    },
  };

  open(live = this.snapshot, more = {}) {
    const draft = new Draft({live: structuredClone(live), answer: this.answer(), door: this.door, ...more});
    draft.edit(true);
    return draft;
  }
}
