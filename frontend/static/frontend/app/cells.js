// Values of the demo rows as people read them.

import {language, say} from '../lib.js';

const DATES = new Map(Object.entries({short: {dateStyle: 'short'}, medium: {dateStyle: 'medium'}, long: {dateStyle: 'long'}, full: {dateStyle: 'full'},
  month: {month: 'long', year: 'numeric'}, datetime: {dateStyle: 'medium', timeStyle: 'short'}, time: {timeStyle: 'short'}}));

/** @param {number} which */
export function badge(which) {
  return [say('Paid'), say('To prepare'), say('Shipped')][which] ?? '';
}

/** @param {string} format */
function money(format) {
  const currency = /^[A-Z]{3}$/.test(format) ? format : 'EUR';
  return new Intl.NumberFormat(language, {style: 'currency', currency});
}

/**
 * @param {{type: string, format: string}} column
 * @param {string | number} value
 * @returns {string}
 */
export function cellText({type, format}, value) {
  if (type === 'badge') return badge(Number(value));
  if (type === 'money') return money(format).format(Number(value));
  if (type !== 'date') return String(value);
  const options = /** @type {Intl.DateTimeFormatOptions} */ (DATES.get(format) ?? {day: 'numeric', month: 'short'});
  return new Intl.DateTimeFormat(language, {...options, timeZone: 'UTC'}).format(Number(value));
}
