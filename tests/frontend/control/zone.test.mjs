import assert from 'node:assert/strict';
import test from 'node:test';
import {moveTo} from '../../../frontend/static/frontend/control/zone.js';

test('the same moment on another clock', () => {
  assert.equal(moveTo('2026-11-22T14:03:09', 'UTC', 'Europe/Paris'), '2026-11-22T15:03:09');
  assert.equal(moveTo('2026-07-01T00:30:00', 'Europe/Paris', 'America/New_York'), '2026-06-30T18:30:00');
  assert.equal(moveTo('2026-11-22T14:03', 'UTC', 'Asia/Kolkata'), '2026-11-22T19:33:00');
});

test('around a change of clocks', () => {
  assert.equal(moveTo('2026-03-29T03:30:00', 'Europe/Paris', 'UTC'), '2026-03-29T01:30:00');
  assert.equal(moveTo('2026-10-25T04:00:00', 'Europe/Paris', 'UTC'), '2026-10-25T03:00:00');
});

test('what is no time stays away', () => {
  for (const text of ['', 'yesterday', '2026-13-45T00:00']) assert.equal(moveTo(text, 'UTC', 'Europe/Paris'), '');
});
