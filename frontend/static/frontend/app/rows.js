// Rows to see tables alive: always the same for a table, whatever the language. Names are nobody's.

const COMPANIES = ['Atelier Noé', 'Maison Lune', 'Rivage & Co', 'Papeterie Sud', 'Studio Vega', 'Ferme du Lac'];
const PEOPLE = ['Camille Roux', 'Ines Moreau', 'Jonas Weber', 'Léa Tran', 'Marc Diallo', 'Nora Lind'];
const CITIES = ['Lille', 'Nantes', 'Gand', 'Lyon', 'Liège', 'Genève'];
const GOODS = ['Nord 120', 'Lune A5', 'Vega XL', 'Rivage 2', 'Opale S', 'Cobalt 30'];
const CARRIERS = ['DPD', 'Chronopost', 'bpost', 'DHL', 'Colissimo', 'UPS'];
const WORDS = ['Alpha', 'Bravo', 'Charlie', 'Delta', 'Echo', 'Foxtrot'];
/** The first whose words a column's key holds. @type {[RegExp, string[]][]} */
const KINDS = [
  [/carrier|shipper|transport/i, CARRIERS],
  [/city|town|place|country|ville/i, CITIES],
  [/sku|product|article|item|good/i, GOODS],
  [/person|user|owner|contact|first|last|author/i, PEOPLE],
  [/customer|client|company|supplier|tenant|shop|name/i, COMPANIES],
];
const NEWEST = Date.UTC(2026, 10, 21, 9, 30);
const DAY = 24 * 3600 * 1000;

/** @param {string} text */
function hash(text) {
  let found = 2166136261;
  for (let at = 0; at < text.length; at++) found = Math.imul(found ^ text.charCodeAt(at), 16777619);
  return found >>> 0;
}

/**
 * The value of a cell: a text, a time (milliseconds), an amount, or which of the badges.
 * @param {string} tableId
 * @param {{id: string, key: string, type: string, format?: string}} column
 * @param {number} row
 * @returns {string | number}
 */
export function demoValue(tableId, {id, key, type, format}, row) {
  const chance = hash(`${tableId} ${id} ${row}`);
  if (type === 'date') return NEWEST - (row * (format === 'month' ? 67 : 1.3) + (hash(tableId + id) % 5)) * DAY;
  if (type === 'money') return (chance % 240_000) / 100 + 9.9;
  if (type === 'badge') return (hash(tableId + id) + row) % 3;
  if (/(^|[._])(id|ref|reference|number|no|sku|code)$/i.test(key)) return `#${2041 - row}`;
  if (/mail/i.test(key)) return `${PEOPLE[row % 6].split(' ')[0].normalize('NFD').replace(/[^A-Za-z]/g, '').toLowerCase()}@example.com`;
  const kind = KINDS.find(([pattern]) => pattern.test(key) || pattern.test(id));
  return (kind ? kind[1] : WORDS)[row % 6];
}

/** @param {string} text as a field of CSV; nothing that a spreadsheet would compute */
const field = text => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** @param {string[][]} rows */
export const csv = rows => `${rows.map(row => row.map(field).join(',')).join('\r\n')}\r\n`;
