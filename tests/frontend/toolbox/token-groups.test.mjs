import assert from 'node:assert/strict';
import test from 'node:test';
import {counterpartOf, grouped, keyFor, nameOf, variablesOf} from '../../../frontend/static/frontend/toolbox/token-groups.js';

const token = (key, more = {}) => ({key, value: '#fff', category: 'color', ...more});

test('light and dark are two sides of one row, by scope', () => {
  const groups = grouped([
    token('text.light', {mode: 'light'}), token('text.dark', {mode: 'dark'}), token('gap'),
    token('slate.dark.text', {mode: 'dark', scope: 'app'}), token('slate.light.text', {mode: 'light', scope: 'app'}),
  ]);
  assert.deepEqual(groups.map(({scope, rows}) => [scope, rows.map(row => [row.name, ['both', 'light', 'dark'].filter(side => row[side])])]), [
    ['', [['text', ['light', 'dark']], ['gap', ['both']]]], ['app', [['slate.text', ['light', 'dark']]]],
  ]);
});

test('two tokens on one side are two rows: none is hidden', () => {
  const rows = grouped([token('text.light', {mode: 'light'}), token('light.text', {mode: 'light'}), token('text')])[0].rows;
  assert.deepEqual(rows.flatMap(row => ['both', 'light', 'dark'].map(side => row[side]?.key).filter(Boolean)).sort(), ['light.text', 'text', 'text.light']);
});

test('the other side has the key that people would give it', () => {
  assert.equal(keyFor(token('slate.light.text', {mode: 'light'}), 'dark'), 'slate.dark.text');
  assert.equal(keyFor(token('gap'), 'dark'), 'gap.dark');
  assert.equal(nameOf(token('light', {mode: 'light'})), 'light');
});

test('writing is judged on its ground, a ground with the main text, a border not at all', () => {
  const all = [
    token('color.bg.light', {mode: 'light'}), token('color.bg.dark', {mode: 'dark'}), token('color.text-muted.dark', {mode: 'dark'}),
    token('color.text.dark', {mode: 'dark'}), token('color.border.dark', {mode: 'dark'}), token('x.dark.appBgPrimary', {mode: 'dark', scope: 'x'}),
    token('x.dark.textPrimary', {mode: 'dark', scope: 'x'}),
  ];
  const other = key => counterpartOf(all.find(one => one.key === key), all)?.key;
  assert.equal(other('color.text.dark'), 'color.bg.dark');
  assert.equal(other('color.bg.dark'), 'color.text.dark');
  assert.equal(other('color.bg.light'), undefined);
  assert.equal(other('color.border.dark'), undefined);
  assert.equal(other('x.dark.textPrimary'), 'x.dark.appBgPrimary');
});

test('custom properties of a mode come before those of both', () => {
  const tokens = [token('a.dark', {mode: 'dark', cssVar: '--a', value: '#111'}), token('a', {cssVar: '--a', value: '#222'}), token('b', {cssVar: '--b', value: 1, scope: 'x'})];
  assert.deepEqual(variablesOf(tokens, '', 'dark'), {'--a': '#111'});
  assert.deepEqual(variablesOf(tokens, '', 'light'), {'--a': '#222'});
});
