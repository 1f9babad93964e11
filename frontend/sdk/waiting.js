// How long a client waits for its next round. No answer stops it for ever; clients that were started, refused or failed
// by the same event are spread over a whole interval more, so that they do not come back together.

export const LONGEST = 3_600; // seconds
const CAREFUL = 300; // after a 4xx, which asking again is unlikely to change
/** They say "later", not "no". */
const LATER = [408, 429];

/**
 * @typedef {{failures: number, careful: number, isFirst: boolean}} Waiting what a client remembers from round to round
 * @typedef {{status: number, retryAfter: number, pollAfter: number, hasConfig: boolean}} Outcome `status` 0: no answer
 * that can be used
 */

/**
 * Seconds until the next round.
 * @param {Waiting} waiting is brought up to date
 * @param {Outcome} outcome
 * @param {() => number} [random]
 */
export function waitAfter(waiting, { status, retryAfter, pollAfter, hasConfig }, random = Math.random) {
  const poll = Math.min(Math.max(pollAfter, 1), LONGEST);
  const isGood = status === 200;
  const { isFirst } = waiting;
  if (status >= 400 && status < 500 && !LATER.includes(status)) waiting.careful = 2;
  else if (isGood && waiting.careful) waiting.careful--;
  waiting.failures = isGood ? 0 : waiting.failures + 1;
  waiting.isFirst = false;
  if (retryAfter) return Math.min(retryAfter, LONGEST) + random() * poll;
  if (waiting.careful) return CAREFUL * (1 - random() / 2);
  if (isGood) return poll * (1 + (isFirst ? random() : random() / 5));
  // Without a config an app has nothing to show, so it is impatient at first.
  return hasConfig ? poll * (1 + random()) : 1 + random() * Math.min(2 * poll, 2 ** waiting.failures);
}
