import assert from 'node:assert/strict';
import test from 'node:test';
import {produce} from '../../../frontend/static/frontend/toolbox/produce.js';

const base = () => ({list: [{id: 'a', in: {n: 1}}, {id: 'b', tags: ['x']}, {id: 'c'}], other: {deep: [1, 2]}});

test('what did not change is shared, and the base stays', () => {
  const before = base();
  const after = produce(before, copy => { copy.list[0].in.n = 2; });
  assert.deepEqual(before, base());
  assert.equal(after.list[0].in.n, 2);
  assert.equal(after.list[1], before.list[1]);
  assert.equal(after.other, before.other);
});

test('a recipe that changes nothing gives the base back', () => {
  const before = base();
  assert.equal(produce(before, copy => { copy.list[0].in.n = 1; copy.list[1] = copy.list[1]; delete copy.none; }), before);
});

const recipes = {
  splice: copy => copy.list.splice(1, 1),
  move: copy => { const [one] = copy.list.splice(0, 1); copy.list.splice(2, 0, one); one.in.n = 7; },
  changeThenMove: copy => { const one = copy.list.find(item => item.id === 'a'); one.in.n = 3; copy.list.reverse(); },
  push: copy => copy.list.push({id: 'd', from: copy.list[0], more: [copy.list[1]]}),
  wrapThenChange: copy => { const one = copy.list[1]; copy.other.kept = {one}; one.tags.push('y'); },
  sort: copy => copy.list.sort((a, b) => (a.id < b.id ? 1 : -1)),
  filter: copy => { copy.list = copy.list.filter(item => item.id !== 'b'); copy.list[0].in.n = 9; },
  removed: copy => { copy.other.deep = undefined; delete copy.list[1].tags; },
  spread: copy => { copy.list[0] = {...copy.list[0], new: 1}; copy.list[0].in.n = 4; },
  assign: copy => Object.assign(copy.other, {a: [1], deep: [3]}),
  length: copy => { copy.list.length = 1; },
  newThenEdited: copy => { copy.fresh = {list: []}; copy.fresh.list.push({a: 1}); copy.fresh.list[0].a = 2; },
};
for (const [name, recipe] of Object.entries(recipes)) {
  test(`the same as on a deep copy: ${name}`, () => {
    const before = base();
    const after = produce(before, recipe);
    const expected = base();
    recipe(expected);
    assert.deepEqual(JSON.parse(JSON.stringify(after)), JSON.parse(JSON.stringify(expected)));
    assert.deepEqual(before, base());
    assert.doesNotThrow(() => structuredClone(after), 'no proxy is left');
  });
}

test('a key press in a large document takes well under the time of a frame', () => {
  const large = {pages: Array.from({length: 500}, (_, at) => ({id: `p${at}`, title: {en: 'A', fr: 'B'}})), tables: Array.from({length: 100}, (_, at) => ({id: `t${at}`, columns: Array.from({length: 20}, (_, n) => ({id: `c${n}`}))}))};
  produce(large, copy => { copy.pages.find(page => page.id === 'p499').title.en = 'warm'; });
  const start = performance.now();
  for (let round = 0; round < 20; round += 1) produce(large, copy => { copy.pages.find(page => page.id === 'p499').title.en = `${round}`; });
  assert.ok((performance.now() - start) / 20 < 16);
});
