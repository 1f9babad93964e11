import assert from 'node:assert/strict';
import test from 'node:test';
import {idFrom} from '../../../frontend/static/frontend/toolbox/new-item.js';
import {at, counterpart, free, inOrder, isId, moved, movedNames, put, renumber} from '../../../frontend/static/frontend/toolbox/places.js';

test('a place is read where it is, and undefined where nothing is', () => {
  assert.equal(at({columns: [{label: {fr: 'Date'}}]}, ['columns', 0, 'label', 'fr']), 'Date');
  assert.equal(at({a: 'text'}, ['a', 'length']), undefined);
  assert.equal(at({}, ['constructor']), undefined);
});

test('writing makes the objects on the way, and undefined removes without making any', () => {
  const item = {id: 'a'};
  put(item, ['config', 'pageId'], 'home');
  assert.deepEqual(item, {id: 'a', config: {pageId: 'home'}});
  put(item, ['config', 'pageId'], undefined);
  put(item, ['nav', 'icon'], undefined);
  assert.deepEqual(item, {id: 'a', config: {}});
  const list = {columns: [1, 2, 3]};
  put(list, ['columns', 1], undefined);
  assert.deepEqual(list, {columns: [1, 3]});
});

test('a moved column is compared with itself, not with what stands in its place', () => {
  const live = {columns: [{id: 'a', label: 'A'}, {id: 'b', label: 'B'}]}, item = {columns: [{id: 'b', label: 'B!'}, {id: 'a', label: 'A'}, {id: 'c', label: 'C'}]};
  assert.deepEqual(counterpart(item, live, ['columns', 0, 'label']), {there: true, value: 'B'});
  assert.deepEqual(counterpart(item, live, ['columns', 1, 'label']), {there: true, value: 'A'});
  assert.equal(counterpart(item, live, ['columns', 2, 'label']).there, false);
  assert.equal(counterpart(item, undefined, ['columns', 0, 'label']).there, false);
  assert.deepEqual(counterpart(item, live, ['width']), {there: true, value: undefined});
});

test('an id comes from a title, is one, and is not taken', () => {
  assert.equal(idFrom('  Commandes à l’étranger (2) '), 'commandes-a-l-etranger-2');
  assert.ok(isId(idFrom('x'.repeat(300))));
  assert.equal(idFrom('注文'), '');
  assert.equal(free('orders', ['orders', 'orders-2']), 'orders-3');
  assert.ok(!isId('a b') && !isId('') && !isId('..') && !isId('.') && isId('.a') && isId('orders.open'));
});

test('order numbers keep what ascends, reuse what is there, and are dealt anew where two are equal', () => {
  const orders = list => { renumber(list); return list.map(entry => entry.order); };
  assert.deepEqual(orders([{order: 1}, {order: 5}]), [1, 5]);
  assert.deepEqual(orders([{order: 5}, {order: 1}, {order: 9}]), [1, 5, 9]);
  assert.deepEqual(orders([{order: 5}, {order: 5}, {}]), [10, 20, 30]);
  assert.deepEqual(inOrder([{id: 'b', order: 1}, {id: 'a', order: 1}, {id: 'c', order: 0}]).map(entry => entry.id), ['c', 'a', 'b']);
  assert.deepEqual(moved(['a', 'b', 'c'], 0, 2), ['b', 'c', 'a']);
  assert.deepEqual(moved(['a', 'b', 'c'], 2, -1), ['c', 'a', 'b']);
});

test('the fewest entries are called moved', () => {
  const moves = (before, now) => [...movedNames([...before], [...now])].join('');
  assert.equal(moves('abcde', 'bcdea'), 'a');
  assert.equal(moves('abcde', 'eabcd'), 'e');
  assert.equal(moves('abc', 'abc'), '');
  assert.equal(moves('abc', 'xaybzc'), '');
  assert.equal(moves('abcd', 'badc').length, 2);
});
