// What a published document must be, so that nothing that is broken replaces what works.

import { Flags } from "./flags.js";
import { isObject } from "./values.js";

/** Of the text of a document, in characters; the server's own limit is 256 KiB. */
export const MOST_CHARACTERS = 2_000_000;
/** A server counts its releases from 1: what is above is damaged, and would keep every release out. */
const HIGHEST_SERIAL = 2 ** 40;
const LISTS = ["pages", "tabs", "tables", "featureFlags", "segments", "uiTokens", "roles", "permissions", "plans"];
/** Sections whose entries have a `key` instead of an `id`; that of a token need not be unique. */
const KEYED = ["featureFlags", "uiTokens"];

/**
 * @typedef {Record<string, any>} Document
 * @typedef {{application: string, environment: string, serial: number, version: string | null, etag: string,
 *   document: Document}} Release as `export_config --to clients` writes it, and as the storage keeps it
 */

/** A document, or an answer, that is not used; `code` says why. */
export class Rejected extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * The flags of a document that can be used, or {@link Rejected}. A flag that is damaged is off; the others work.
 * @param {any} document
 * @returns {Flags}
 */
export function checked(document) {
  if (!isObject(document)) throw new Rejected("document.shape");
  for (const name of LISTS) {
    if (Object.hasOwn(document, name)) checkList(document[name], KEYED.includes(name) ? "key" : "id", name !== "uiTokens");
  }
  for (const name of ["layout", "theme"]) {
    if (Object.hasOwn(document, name) && !isObject(document[name])) throw new Rejected("document.shape");
  }
  return new Flags(document);
}

/** @param {number} serial */
export function isSerial(serial) {
  return Number.isSafeInteger(serial) && serial >= 0 && serial <= HIGHEST_SERIAL;
}

/**
 * A release from the storage or from a file, or {@link Rejected}.
 * @param {any} release
 * @returns {Flags}
 */
export function checkedRelease(release) {
  if (!isObject(release)) throw new Rejected("release.shape");
  const { application, environment, serial, version, etag, document } = release;
  const names = [application, environment, etag, version ?? ""];
  if (names.some((name) => typeof name !== "string") || !isSerial(serial)) {
    throw new Rejected("release.shape");
  }
  return checked(document);
}

/**
 * @param {unknown} list
 * @param {string} key
 * @param {boolean} isUnique
 */
function checkList(list, key, isUnique) {
  if (!Array.isArray(list)) throw new Rejected("document.shape");
  const names = new Set();
  for (const entry of list) {
    const name = isObject(entry) ? entry[key] : null;
    if (typeof name !== "string" || (isUnique && names.has(name))) throw new Rejected("document.shape");
    names.add(name);
  }
}
