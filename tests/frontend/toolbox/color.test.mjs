import assert from 'node:assert/strict';
import test from 'node:test';
import {contrast, enough, parse, substituted, toHex, toText} from '../../../frontend/static/frontend/toolbox/color.js';

const ratio = (one, other) => contrast(parse(one), parse(other));

test('hex and rgb() are read, others are left to the browser', () => {
  assert.deepEqual(parse('#fa0'), [255, 170, 0, 1]);
  assert.deepEqual(parse('rgba(56, 189, 248, 0.9)'), [56, 189, 248, 0.9]);
  assert.deepEqual(parse('rgb(0 128 255 / 50%)'), [0, 128, 255, 0.5]);
  assert.equal(toText(parse('#11223380')), '#11223380');
  assert.equal(toHex(parse('#11223380')), '#112233');
  for (const other of ['teal', '#12345', 'rgb(1,2)', 'oklch(60% .1 20)', 'var(--x)']) assert.equal(parse(other), null);
});

test('ratios are those of WCAG', () => {
  assert.equal(ratio('#000', '#fff'), 21);
  assert.equal(ratio('#fff', '#fff'), 1);
  assert.equal(ratio('#767676', '#fff').toFixed(2), '4.54');
  assert.equal(ratio('#777777', '#fff').toFixed(2), '4.48');
  assert.deepEqual([7, 6.99, 4.5, 4.49, 3, 2.99].map(enough), ['all', 'text', 'text', 'large', 'large', 'nothing']);
});

test('a translucent ground counts as the worse of what may lie below', () => {
  assert.equal(ratio('#fff', '#00000080').toFixed(2), ratio('#fff', '#7f7f7f').toFixed(2));
  assert.ok(ratio('#00000080', '#fff') < ratio('#000', '#fff'));
});

test('custom properties are followed, with their fallbacks, and circles end', () => {
  assert.equal(substituted('var(--a)', {'--a': 'var(--b)', '--b': '#fff'}), '#fff');
  assert.equal(substituted('var(--none, #123)', {}), '#123');
  assert.ok(substituted('var(--a)', {'--a': 'var(--a)'}).includes('--a'));
});
