import assert from 'node:assert/strict';
import test from 'node:test';
import {cleaned, fieldsOf} from '../../../frontend/static/frontend/toolbox/id-cleaning.js';

test('what nobody sees is cleaned away, and said', () => {
  const found = cleaned('\ufeffacme\r\n globex \r\nini\u200btech\n\nacme\ncafe\u0301\nhave', {have: ['have']});
  assert.deepEqual(found.ids, ['acme', 'globex', 'initech', 'café']);
  assert.deepEqual({...found, ids: 0}, {ids: 0, blanks: 1, hidden: 2, lineEnds: 2, composed: 1, duplicates: ['acme'], present: ['have'], misfits: []});
});

test('a no-break space around an id is a blank, inside it stays', () => {
  const found = cleaned('\u00a0acme\u00a0;big\u00a0co');
  assert.deepEqual([found.ids, found.blanks], [['acme', 'big\u00a0co'], 1]);
});

test('separators of a CSV, quoted fields with separators and quotes in them', () => {
  assert.deepEqual(fieldsOf('a,b;c\td\n"e, f","say ""x"""'), ['a', 'b', 'c', 'd', 'e, f', 'say "x"']);
  assert.deepEqual(cleaned('a,,b,\n').ids, ['a', 'b']);
});

test('what the schema does not take is left out and named', () => {
  const found = cleaned('ok,not ok', {fits: id => !id.includes(' ')});
  assert.deepEqual([found.ids, found.misfits], [['ok'], ['not ok']]);
});

test('a hundred thousand ids take a moment, and no more are read', () => {
  const found = cleaned(Array.from({length: 150_000}, (_, index) => `tenant-${index}`).join('\n'));
  assert.ok(found.ids.length <= 100_001 && found.ids.length >= 100_000);
});
