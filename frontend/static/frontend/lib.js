// What all modules of our pages share: sentences, pictures, requests.
import {svg} from './vendor/lit.js';

export const language = document.documentElement.lang === 'fr' ? 'fr' : 'en';
const texts = language === 'fr' ? (await import('./texts/fr.js')).default : {};
const rules = new Intl.PluralRules(language);
const sprite = new URL('./vendor/icons.svg', import.meta.url).href;

const fill = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? show(values[name]) : whole));
const show = value => (typeof value === 'number' ? number(value) : String(value));

/** @param {number} value @returns {string} as the page's language writes it */
export const number = value => value.toLocaleString(language);

/**
 * A sentence in the page's language. The English is the key of the catalogue: a literal in single quotes.
 * @param {string} message with `{name}` fields
 * @param {Record<string, unknown>} [values]
 * @returns {string}
 */
export function say(message, values = {}) {
  return fill(texts[message] || message, values);
}

/**
 * A sentence about `{count}` things.
 * @param {string} one @param {string} several
 * @param {Record<string, unknown> & {count: number}} values
 * @returns {string}
 */
export function plural(one, several, values) {
  const [single, many] = texts[one] || [one, several];
  return fill(rules.select(values.count) === 'one' ? single : many, values);
}

/**
 * A text that the server gives in both languages, or an author's `{fr, en, …}`, or a plain string.
 * @param {any} text @returns {string}
 */
export function localized(text) {
  if (text === null || text === undefined) return '';
  if (typeof text !== 'object') return String(text);
  return text[language] || text.en || text.fr || Object.values(text).find(Boolean) || '';
}

/** @param {string} name of `vendor/icons.svg` */
export const icon = (name, small = false) =>
  svg`<svg class=${small ? 'i s' : 'i'} aria-hidden="true"><use href=${`${sprite}#${name}`}></use></svg>`;

/** Gives a text to the person as a file. @param {string} name @param {string} text @param {string} type its media type */
export function download(name, text, type) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type}));
  link.download = name;
  link.click();
  setTimeout(() => { URL.revokeObjectURL(link.href); }, 10_000); // not at once: the browser may still read it
}

/** The CSRF token of the page: its base template renders forms that hold it. */
const csrf = () => document.querySelector('input[name=csrfmiddlewaretoken]')?.value ?? '';

/** What the server refused: its problem (RFC 9457), with `status`. */
export class Refused extends Error {
  constructor(problem, response) {
    super(localized(problem.detail) || localized(problem.title) || response.statusText);
    this.problem = problem;
    this.status = response.status;
    this.code = problem.code ?? '';
    this.retryAfter = Number(response.headers.get('Retry-After')) || 0;
  }
}

/**
 * A request as the signed-in person.
 * @param {string} path
 * @param {{method?: string, body?: unknown, etag?: string, type?: string, signal?: AbortSignal}} [options] `body`: JSON, or a form;
 *   `etag`: sent as If-Match
 * @returns {Promise<{body: any, etag: string, status: number, headers: Headers}>}
 * @throws {Refused} for every answer that is not 2xx; TypeError when the server cannot be reached
 */
export async function request(path, {method = 'GET', body, etag, type = 'application/json', signal} = {}) {
  const headers = new Headers({Accept: 'application/json', 'Accept-Language': language});
  if (method !== 'GET') headers.set('X-CSRFToken', csrf());
  const form = body instanceof URLSearchParams;
  if (body !== undefined && !form) headers.set('Content-Type', type);
  if (etag) headers.set('If-Match', etag);
  const response = await fetch(path, {
    method, headers, signal, credentials: 'same-origin', cache: 'no-store', body: body instanceof URLSearchParams ? body : body === undefined ? undefined : JSON.stringify(body),
  });
  const isJSON = /\bjson\b/.test(response.headers.get('Content-Type') ?? '');
  const answer = isJSON ? await response.json() : null;
  if (!response.ok) throw new Refused(answer ?? {}, response);
  return {body: answer, etag: response.headers.get('ETag') ?? '', status: response.status, headers: response.headers};
}
