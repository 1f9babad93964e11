// Work that may wait until somebody pauses, but not for ever.

/**
 * @param {() => void} work @param {number} quiet milliseconds without a call until it is done
 * @param {number} most milliseconds after the first call at which it is done all the same
 * @returns {() => void}
 */
export function settling(work, quiet, most) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let first = 0;
  return () => {
    const now = Date.now();
    if (timer === undefined) first = now;
    else clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      work();
    }, Math.max(0, Math.min(quiet, first + most - now)));
  };
}
