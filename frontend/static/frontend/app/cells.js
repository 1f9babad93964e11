// Values of the demo rows as people read them.

import {language, say} from '../lib.js';

const DATES = new Map(Object.entries({short: {dateStyle: 'short'}, medium: {dateStyle: 'medium'}, long: {dateStyle: 'long'}, full: {dateStyle: 'full'},
  month: {month: 'long', year: 'numeric'}, datetime: {dateStyle: 'medium', timeStyle: 'short'}, time: {timeStyle: 'short'}}));

/** @param {string} key of the column @param {number} which */
export function badge(key, which) {
  const words = /stat/i.test(key) ? [say('Paid'), say('To prepare'), say('Shipped')] : [say('High'), say('Medium'), say('Low')];
  return words[which] ?? '';
}

/** @param {string} format */
function money(format) {
  const currency = /^[A-Z]{3}$/.test(format) ? format : 'EUR';
  return new Intl.NumberFormat(language, {style: 'currency', currency});
}

/**
 * @param {{key: string, type: string, format: string}} column
 * @param {string | number} value
 * @returns {string}
 */
export function cellText({key, type, format}, value) {
  if (type === 'badge') return badge(key, Number(value));
  if (type === 'money') return money(format).format(Number(value));
  if (type !== 'date') return String(value);
  const options = /** @type {Intl.DateTimeFormatOptions} */ (DATES.get(format) ?? {day: 'numeric', month: 'short'});
  return new Intl.DateTimeFormat(language, {...options, timeZone: 'UTC'}).format(Number(value));
}
