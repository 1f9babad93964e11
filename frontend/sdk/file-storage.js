// For Node: the copy for a start without a network is a file.

import { readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * A `storage` of one client. The file is replaced in one step, so that a crash leaves the old one or the new one.
 * @param {string} path
 */
export function fileStorage(path) {
  return {
    /** @param {string} key */
    getItem(key) {
      const [kept, value] = JSON.parse(readFileSync(path, "utf8"));
      return kept === key ? value : null;
    },
    /**
     * @param {string} key
     * @param {string} value
     */
    setItem(key, value) {
      writeFileSync(`${path}.new`, JSON.stringify([key, value]));
      renameSync(`${path}.new`, path);
    },
  };
}
