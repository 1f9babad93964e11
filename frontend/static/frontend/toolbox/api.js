// What the Toolbox asks of the server.
import {Refused, request} from '../lib.js';
import {NAMED_BY, OBJECTS} from './sections.js';

/** @typedef {{application: string, environment: string, environments: string[], language: string, user: string, may: string[]}} Where */

/** @param {Where} where */
export const query = where => `?${new URLSearchParams({application: where.application, environment: where.environment})}`;

/** An empty document. */
const nothing = () => ({...Object.fromEntries(Object.keys(NAMED_BY).map(name => [name, []])), ...Object.fromEntries(OBJECTS.map(name => [name, {}]))});

/**
 * What is live in the environment; before the first publish nothing is.
 * @param {Where} where
 * @returns {Promise<{snapshot: Record<string, any>, version: string, publishedAt: string | null, publishedBy: string}>}
 */
export async function readLive(where) {
  try {
    return (await request(`/api/config/versions/live${query(where)}`)).body;
  } catch (error) {
    if (error instanceof Refused && [404, 409].includes(error.status)) return {snapshot: nothing(), version: '', publishedAt: null, publishedBy: ''};
    throw error;
  }
}

/** @param {{body: any, etag: string}} answered @returns {import('./draft.js').Answer} */
const answerOf = ({body, etag}) => ({...body, etag, offers: body.offers ?? []});

/** @param {Where} where */
export const readDraft = async where => answerOf(await request(`/api/config/draft${query(where)}`));

/** @param {Where} where @returns {import('./draft.js').Door} */
export const doorOf = where => ({
  load: () => readDraft(where),
  save: async (etag, {patch, put}) => answerOf(await request(`/api/config/draft${query(where)}`, put === undefined
    ? {method: 'PATCH', body: patch, type: 'application/merge-patch+json', etag} : {method: 'PUT', body: put, etag})),
});

/** What could not be saved, kept in this browser. @param {Where} where @returns {import('./draft.js').Store} */
export function storeOf(where) {
  const name = `icontrol.toolbox.${where.application}`;
  return {
    get() {
      try {
        return JSON.parse(localStorage.getItem(name) ?? 'null');
      } catch {
        return null;
      }
    },
    set(kept) {
      try {
        if (kept) localStorage.setItem(name, JSON.stringify(kept));
        else localStorage.removeItem(name);
      } catch { /* no room or not allowed: the page still has it */ }
    },
  };
}
