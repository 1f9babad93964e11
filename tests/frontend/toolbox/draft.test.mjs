import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {changeOf} from '../../../frontend/static/frontend/toolbox/draft.js';
import {Server, page, small} from './world.mjs';

const settle = async () => { for (let turn = 0; turn < 20; turn += 1) await null; };
const inTime = (name, body) => test(name, async () => {
  mock.timers.enable({apis: ['setTimeout', 'Date']});
  try { await body(async ms => { mock.timers.tick(ms); await settle(); }); } finally { mock.timers.reset(); }
});
const title = (draft, text) => draft.set('pages', 'home', 'title', text, 'Title of page home');

inTime('what is typed is saved once, after a pause, and only its section is sent', async wait => {
  const server = new Server(small());
  const draft = server.open();
  for (const text of ['S', 'St', 'Start']) title(draft, text);
  assert.equal(draft.state, 'saving');
  await wait(699);
  assert.equal(server.saves.length, 0);
  await wait(1);
  assert.deepEqual(server.saves.map(Object.keys), [['pages']]);
  assert.deepEqual([draft.state, draft.etag, server.snapshot.pages[0].title], ['saved', '"2"', 'Start']);
});

inTime('one request at a time; what is typed meanwhile goes with the next and is not overwritten', async wait => {
  const server = new Server(small());
  const draft = server.open();
  let open;
  server.gate = new Promise(resolve => { open = resolve; });
  title(draft, 'one');
  await wait(700);
  title(draft, 'two');
  await wait(5000);
  open();
  await wait(0);
  assert.equal(draft.find('pages', 'home').title, 'two');
  assert.deepEqual(server.saves.map(save => save.pages[0].title), ['one', 'two']);
  assert.equal(draft.state, 'saved');
});

inTime('without a connection edits are kept here, and saved when somebody answers', async wait => {
  const server = new Server(small());
  let kept = null;
  const store = {get: () => kept, set: value => { kept = value; }};
  const draft = server.open(small(), {store});
  server.away = true;
  title(draft, 'kept');
  await wait(700);
  assert.equal(draft.state, 'offline');
  const later = server.open(small(), {store});
  assert.equal(later.find('pages', 'home').title, 'kept');
  server.away = false;
  await wait(4000);
  assert.deepEqual([draft.state, kept, server.snapshot.pages[0].title], ['saved', null, 'kept']);
});

inTime('what was kept is merged into what others saved meanwhile', async wait => {
  const server = new Server(small());
  let kept = {etag: '"1"', base: small(), snapshot: {...small(), pages: [page('home', 10, {path: '/mine'}), ...small().pages.slice(1)]}};
  server.other(copy => { copy.pages[1].path = '/theirs'; });
  const draft = server.open(small(), {store: {get: () => kept, set: value => { kept = value; }}});
  await wait(700);
  assert.deepEqual(server.snapshot.pages.map(one => one.path), ['/mine', '/theirs', '/help']);
  assert.equal(kept, null);
  assert.equal(draft.state, 'saved');
});

inTime('somebody saved first: other fields come in silently, with a notice', async wait => {
  const server = new Server(small());
  const draft = server.open();
  const notices = [];
  draft.addEventListener('arrival', event => notices.push(event.detail));
  server.other(copy => { copy.pages[1].path = '/theirs'; });
  title(draft, 'mine');
  await wait(700);
  assert.deepEqual([draft.state, server.snapshot.pages[0].title, server.snapshot.pages[1].path], ['saved', 'mine', '/theirs']);
  assert.deepEqual(notices.map(one => [one.by, one.arrivals[0].path.join('/')]), [['Grace', 'pages/orders/path']]);
});

for (const whose of ['mine', 'theirs']) {
  inTime(`somebody changed the same field: nothing is saved until it is decided: ${whose}`, async wait => {
    const server = new Server(small());
    const draft = server.open();
    server.other(copy => { copy.pages[0].title = 'theirs'; });
    title(draft, 'mine');
    await wait(700);
    await wait(60000);
    assert.deepEqual([draft.state, server.snapshot.pages[0].title, draft.conflicts.length], ['conflict', 'theirs', 1]);
    draft.resolve(draft.conflicts[0], whose, 'Title');
    await wait(700);
    assert.deepEqual([draft.state, server.snapshot.pages[0].title, draft.find('pages', 'home').title], ['saved', whose, whose]);
  });
}

inTime('steps have names; what is typed in one go is one step; undo leaves what others did', async wait => {
  const server = new Server(small());
  const draft = server.open();
  title(draft, 'a');
  title(draft, 'ab');
  draft.remove('pages', 'help', 'Page help removed');
  assert.equal(draft.undoName, 'Page help removed');
  draft.undo();
  assert.deepEqual([draft.snapshot.pages.length, draft.undoName, draft.redoName], [3, 'Title of page home', 'Page help removed']);
  server.other(copy => { copy.pages[1].path = '/theirs'; });
  await wait(700);
  draft.undo();
  assert.deepEqual([draft.find('pages', 'home').title, draft.find('pages', 'orders').path, draft.canUndo], [{en: 'home', fr: 'home'}, '/theirs', false]);
  draft.redo();
  draft.redo();
  assert.deepEqual([draft.find('pages', 'home').title, draft.snapshot.pages.length, draft.find('pages', 'orders').path, draft.canRedo], ['ab', 2, '/theirs', false]);
});

inTime('a pause ends a step', async wait => {
  const draft = new Server(small()).open();
  title(draft, 'a');
  await wait(2001);
  title(draft, 'ab');
  draft.undo();
  assert.equal(draft.find('pages', 'home').title, 'a');
});

inTime('a refusal is told, and the next change tries again', async wait => {
  const server = new Server(small());
  const draft = server.open();
  server.refuse = 413;
  title(draft, 'a');
  await wait(700);
  assert.deepEqual([draft.state, draft.refusal.status], ['refused', 413]);
  server.refuse = 0;
  title(draft, 'b');
  await wait(700);
  assert.deepEqual([draft.state, draft.refusal], ['saved', null]);
});

test('what is live is shown until somebody edits, and who may not edit never does', () => {
  const server = new Server(small());
  server.snapshot.pages[0].title = 'draft';
  const draft = server.open(small());
  draft.edit(false);
  assert.deepEqual(draft.find('pages', 'home').title, {en: 'home', fr: 'home'});
  title(draft, 'no');
  assert.equal(draft.edited.pages[0].title, 'draft');
  const looker = new (draft.constructor)({live: small(), answer: null, door: server.door});
  looker.edit(true);
  assert.ok(looker.readOnly);
});

test('marks and the number of changes against live', () => {
  const server = new Server(small());
  const draft = server.open();
  draft.set('pages', 'home', 'title', {en: 'Start', fr: 'Accueil'});
  draft.add('pages', page('new', 40));
  draft.remove('tabs', 'open');
  draft.change('Column', copy => copy.tables[0].columns.pop());
  draft.change('Theme', copy => { copy.theme = {a: {b: 1, c: 2}}; });
  const {marks, removed, count} = draft.difference;
  assert.deepEqual([...marks], [['pages/home', 'changed'], ['pages/new', 'added'], ['tables/orders.open', 'changed'], ['theme/', 'changed']]);
  assert.deepEqual([...removed.keys()], ['tabs']);
  assert.equal(count, 2 + 1 + 1 + 1 + 1);
});

test('moving keeps to those shown together and gives them their orders', () => {
  const draft = new Server(small()).open();
  draft.add('pages', page('cp', 5, {surface: 'CP'}), 0);
  draft.move('pages', 'help', -1);
  assert.deepEqual(draft.snapshot.pages.map(one => [one.id, one.order]), [['cp', 5], ['home', 10], ['help', 20], ['orders', 30]]);
  draft.move('pages', 'cp', 1);
  assert.equal(draft.snapshot.pages[0].id, 'cp');
});

test('what refers to an item, and its new name', () => {
  const draft = new Server(small()).open();
  const uses = (section, id) => draft.uses(section, id).map(use => `${use.section}/${use.id}/${use.field}`);
  assert.deepEqual(uses('pages', 'orders'), ['tabs/open/pageId', 'tables/orders.open/pageId']);
  assert.deepEqual(uses('featureFlags', 'refunds'), ['pages/orders/flag']);
  assert.deepEqual(uses('segments', 'pilots'), ['featureFlags/refunds/rules/0/conditions/0/segment']);
  draft.rename('segments', 'pilots', 'first');
  assert.deepEqual([uses('segments', 'pilots'), uses('segments', 'first').length], [[], 1]);
});

test('a problem knows its item by name', () => {
  const server = new Server(small());
  server.problems = [{pointer: '/tables/0/columns/1/label', code: 'x', severity: 'error', message: {en: '', fr: ''}}, {pointer: '/layout/menuOrder/0', code: 'y', severity: 'error', message: {en: '', fr: ''}}];
  const [first, second] = server.open().problems;
  assert.deepEqual([first.section, first.id, first.path], ['tables', 'orders.open', 'columns/1/label']);
  assert.deepEqual([second.section, second.id, second.path], ['layout', '', 'menuOrder/0']);
});

test('what is sent: whole lists; an object, or a null inside one, by the whole document', () => {
  const saved = small();
  assert.deepEqual(changeOf(saved, {...saved, tabs: []}), {patch: {tabs: []}});
  const {theme: _, ...without} = {...saved, own: 1};
  assert.deepEqual(changeOf({...saved, own: 1}, without), {patch: {theme: null}});
  const put = {...saved, theme: {a: null}};
  assert.deepEqual(changeOf(saved, put), {put});
});
