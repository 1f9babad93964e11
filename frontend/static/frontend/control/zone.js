// The viewer's own time zone, chosen where the address names none. Without JavaScript it is the server's.

/** @param {Document} page */
export function chooseZone(page) {
  const select = /** @type {HTMLSelectElement | null} */ (page.querySelector('select[data-zone]'));
  const query = new URLSearchParams(location.search);
  if (!select || query.has('zone')) return;
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (![...select.options].some(option => option.value === mine) || select.value === mine) return;
  const was = select.value;
  select.value = mine;
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (page.querySelectorAll('input[type=datetime-local]'))) {
    const moved = moveTo(field.value, was, mine);
    if (moved) field.value = moved;
  }
}

/**
 * The same moment on another zone's clock.
 * @param {string} local `2026-11-22T14:03:09` @param {string} from @param {string} to names of zones
 * @returns {string} '' where there is no such time
 */
export function moveTo(local, from, to) {
  const as = Date.parse(`${local}Z`);
  if (Number.isNaN(as)) return '';
  return wall(as - offset(as, from), to);
}

/** Milliseconds that a zone's clock is ahead of UTC when it shows `local` (read as UTC). */
function offset(local, zone) {
  const guess = local - ahead(local, zone);
  return ahead(guess, zone);
}

const ahead = (at, zone) => Date.parse(`${wall(at, zone)}Z`) - Math.floor(at / 1000) * 1000;

function wall(at, zone) {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).formatToParts(at);
  const {year, month, day, hour, minute, second} = Object.fromEntries(parts.map(({type, value}) => [type, value]));
  return `${year}-${month}-${day}T${hour}:${minute}:${second}`;
}
