import assert from 'node:assert/strict';
import test from 'node:test';
import {equal, merge, place, share} from '../../../frontend/static/frontend/toolbox/merge.js';
import {column, page, small} from './world.mjs';

const edited = recipe => { const copy = small(); recipe(copy); return copy; };
const paths = list => list.map(one => one.path.join('/')).sort();

test('changes of different fields come together, and what came in is named', () => {
  const mine = edited(copy => { copy.pages[0].title.fr = 'Accueil'; copy.tables[0].columns.push(column('carrier', 30)); });
  const theirs = edited(copy => { copy.pages[0].title.en = 'Start'; copy.tables[0].columns[0].label = 'No.'; copy.pages.push(page('new', 40)); });
  const {merged, conflicts, arrivals} = merge(small(), mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.deepEqual(merged.pages[0].title, {en: 'Start', fr: 'Accueil'});
  assert.deepEqual(merged.tables[0].columns.map(one => one.label), ['No.', 'total', 'carrier']);
  assert.equal(merged.pages.length, 4);
  assert.deepEqual(paths(arrivals), ['pages/home/title/en', 'pages/new', 'tables/orders.open/columns/ref/label']);
});

test('the same change on both sides is none', () => {
  const both = edited(copy => { copy.pages[0].path = '/start'; copy.pages.splice(2, 1); });
  assert.deepEqual(merge(small(), both, structuredClone(both)), {merged: both, conflicts: [], arrivals: []});
});

test('one field changed twice is a conflict: nobody wins by saving last', () => {
  const {merged, conflicts} = merge(small(), edited(copy => { copy.pages[0].path = '/a'; }), edited(copy => { copy.pages[0].path = '/b'; }));
  assert.deepEqual(conflicts, [{path: ['pages', 'home', 'path'], base: '/home', mine: '/a', theirs: '/b'}]);
  assert.equal(merged.pages[0].path, '/a');
});

test('removed here and changed there is a conflict about the item, both ways', () => {
  const without = edited(copy => { copy.pages.splice(1, 1); });
  const changed = edited(copy => { copy.pages[1].path = '/b'; });
  const [first] = merge(small(), without, changed).conflicts;
  assert.deepEqual([first.path, first.mine, first.theirs.path], [['pages', 'orders'], undefined, '/b']);
  const other = merge(small(), changed, without);
  assert.deepEqual([other.conflicts[0].mine.path, other.conflicts[0].theirs], ['/b', undefined]);
  assert.equal(other.merged.pages.length, 3);
});

test('an item that both added under one name is merged field by field', () => {
  const add = path => edited(copy => { copy.pages.push(page('new', 40, {path})); });
  assert.deepEqual(paths(merge(small(), add('/a'), add('/b')).conflicts), ['pages/new/path']);
});

test('the order of rules: one side moves, the other adds; two new orders are a conflict', () => {
  const order = (...ids) => edited(copy => { copy.featureFlags[0].rules = ids.map(id => small().featureFlags[0].rules.find(one => one.id === id) ?? {id}); });
  const rules = result => result.merged.featureFlags[0].rules.map(one => one.id);
  const added = merge(small(), order('c', 'a', 'b'), order('a', 'new', 'b', 'c'));
  assert.deepEqual([rules(added), added.conflicts], [['c', 'a', 'new', 'b'], []]);
  assert.deepEqual(rules(merge(small(), order('a', 'b', 'c', 'new'), order('b', 'a', 'c'))), ['b', 'a', 'c', 'new']);
  const twice = merge(small(), order('b', 'a', 'c'), order('c', 'b', 'a'));
  assert.deepEqual(paths(twice.conflicts), ['featureFlags/refunds/rules/']);
  place(twice.merged, twice.conflicts[0].path, twice.conflicts[0].theirs);
  assert.deepEqual(rules(twice), ['c', 'b', 'a']);
});

test('lists without names are one value; half-typed items are not lost', () => {
  assert.deepEqual(paths(merge(small(), edited(copy => { copy.pages[0].roles = ['a']; }), edited(copy => { copy.pages[0].roles = ['b']; })).conflicts), ['pages/home/roles']);
  const half = edited(copy => { copy.pages.push({title: 'no id yet'}); });
  const theirs = edited(copy => { copy.pages[0].path = '/b'; });
  assert.deepEqual(paths(merge(small(), half, theirs).conflicts), ['pages']);
});

test('place puts theirs where the conflict is', () => {
  for (const [path, to] of [[['pages', 'home', 'path'], '/b'], [['pages', 'orders'], undefined], [['tables', 'orders.open', 'columns', 'ref', 'label'], 'No.'], [['theme'], {a: 1}], [['pages', 'gone'], page('gone', 1)]]) {
    const copy = small();
    place(copy, path, to);
    const {merged} = merge(small(), small(), copy);
    assert.deepEqual(merged, copy);
    assert.ok(!equal(copy, small()), path.join('/'));
  }
});

test('share keeps what is the same, by name and by place', () => {
  const old = small();
  const next = edited(copy => { copy.pages.unshift(page('first', 1)); });
  const shared = share(old, next);
  assert.deepEqual(shared, next);
  assert.equal(shared.pages[1], old.pages[0]);
  assert.equal(shared.tables, old.tables);
  assert.equal(share(old, small()), old);
});
