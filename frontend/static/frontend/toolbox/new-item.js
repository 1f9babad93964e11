// What a new item of each section has before anybody edits it: enough to be valid.
import {NAMED_BY, list} from './sections.js';

/** @param {any[]} items @param {string} field @param {any} value */
const after = (items, field, value) => Math.max(0, ...items.filter(item => item?.[field] === value).map(item => (Number.isInteger(item?.order) ? item.order : 0))) + 10;

/**
 * @param {string} section @param {string} id @param {string} title @param {Record<string, any>} snapshot
 * @param {string} language of the application @returns {Record<string, any>}
 */
export function newItem(section, id, title, snapshot, language) {
  const text = {[language]: title || id};
  const page = list(snapshot.pages)[0]?.id ?? '';
  /** @type {Record<string, () => Record<string, any>>} */
  const made = {
    pages: () => {
      const surface = list(snapshot.pages)[0]?.surface;
      return {id, title: text, path: `/${id}`, ...(surface ? {surface} : {}), visible: true, order: after(list(snapshot.pages), 'surface', surface), roles: []};
    },
    tabs: () => ({id, pageId: page, label: text, visible: true, order: after(list(snapshot.tabs), 'pageId', page)}),
    tables: () => ({id, pageId: page, visible: true, columns: [], actions: []}),
    featureFlags: () => ({key: id, state: 'OFF', type: 'boolean', ...(title ? {description: text} : {})}),
    segments: () => ({id, conditions: []}),
    uiTokens: () => ({key: id, value: '#808080', category: 'color'}),
  };
  return made[section]?.() ?? {[NAMED_BY[section] ?? 'id']: id, ...(title ? {label: text} : {})};
}

/** A name that people typed as an id: `Gift cards` → `gift-cards`. @param {string} text */
export const idFrom = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60);
