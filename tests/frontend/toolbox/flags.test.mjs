// Flags as the Toolbox edits them: shares, environments, variants, conditions, effects, and the SDK's answers.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';

const BASE = '../../../frontend/static/frontend/toolbox/';
const model = await import(`${BASE}flag-model.js`);
const conditions = await import(`${BASE}flag-conditions.js`);
const effects = await import(`${BASE}flag-effects.js`);
const {impactOf, touched} = await import(`${BASE}flag-impact.js`);
const {attributeOf, contextOf, evaluate, insideSegment, reached} = await import(`${BASE}flag-evaluation.js`);
const SCHEMA = JSON.parse(readFileSync(new URL('../../../configs/schema/snapshot.schema.json', import.meta.url), 'utf8')).$defs;
const VECTORS = JSON.parse(readFileSync(new URL('../../vectors/flags.json', import.meta.url), 'utf8'));

test('shares have steps of 0.01 % and stay within 0 and 100 %', () => {
  assert.deepEqual([0, 0.01, 12.345, 29, 100, 250, -3, Number.NaN].map(model.shareOf), [0, 1, 1235, 2900, 10000, 10000, 0, 0]);
  assert.deepEqual([1, 2900, 10000, undefined].map(model.percentOf), [0.01, 29, 100, 0]);
});

test('the states, types and operators are those of the schema', () => {
  assert.deepEqual([...model.STATES].sort(), [...SCHEMA.flag.properties.state.enum].sort());
  assert.deepEqual([...model.TYPES].sort(), [...SCHEMA.flag.properties.type.enum].sort());
  assert.deepEqual([...conditions.OPERATORS].sort(), [...SCHEMA.condition.properties.operator.enum].sort());
});

test('ten percent in staging only: the other environments keep what they have', () => {
  const flag = {key: 'a', type: 'boolean', state: 'OFF'};
  model.setState(flag, 'staging', 'ROLLOUT');
  assert.deepEqual(flag.environments, {staging: {state: 'ROLLOUT', rollout: 0}});
  model.setOwn(flag, 'staging', 'rollout', 1000);
  assert.equal(model.inEnvironment(flag, 'staging').rollout, 1000);
  assert.deepEqual(model.inEnvironment(flag, 'production'), {key: 'a', type: 'boolean', state: 'OFF'});
  assert.deepEqual(model.ownMembers(flag, 'staging'), ['state', 'rollout']);
  assert.deepEqual(model.environmentsOf(flag, ['production']), ['production', 'staging']);
});

test('an environment that is as everywhere again leaves nothing behind', () => {
  const flag = {key: 'a', type: 'boolean', state: 'OFF', environments: {staging: {state: 'ROLLOUT', rollout: 1000}}};
  model.setState(flag, 'staging', undefined);
  assert.deepEqual(flag, {key: 'a', type: 'boolean', state: 'OFF'});
  model.setOwn(flag, 'beta', 'rules', undefined);
  assert.deepEqual(flag, {key: 'a', type: 'boolean', state: 'OFF'});
});

test('a rollout begins with nobody, and keeps the share that is there', () => {
  const flag = {key: 'a', type: 'boolean', state: 'OFF', rollout: 500};
  model.setState(flag, '', 'ROLLOUT');
  model.setState(flag, 'beta', 'ROLLOUT');
  assert.deepEqual(flag, {key: 'a', type: 'boolean', state: 'ROLLOUT', rollout: 500, environments: {beta: {state: 'ROLLOUT'}}});
});

test('a rollout that turns nothing on becomes a rule with the same share', () => {
  const flag = {key: 'a', type: 'boolean', defaultVariant: 'off', state: 'OFF', environments: {beta: {state: 'ROLLOUT', rollout: 2500}}};
  const ids = Array.from({length: 200}, (_, at) => `t${at}`);
  model.rolloutAsRule(flag, 'beta', [{id: 'share-1', variant: 'off', conditions: [{attribute: 'tenant', operator: 'in', values: ['x']}]}], 'on');
  assert.deepEqual(Object.keys(flag.environments.beta), ['state', 'rules']);
  assert.deepEqual(flag.environments.beta.rules[1], {id: 'share-2', variant: 'on', rollout: 2500});
  const on = ids.filter(tenant => evaluate({featureFlags: [flag]}, 'a', 'beta', {tenant}).value);
  assert.deepEqual(on.slice(0, 12), reached({key: 'a'}, 2500, ids).names);
});

test('a renamed variant is followed by everything that names it', () => {
  const flag = {
    key: 'a', type: 'string', variants: [{key: 'x', value: '1'}, {key: 'y', value: '2'}], defaultVariant: 'x', offVariant: 'y',
    rules: [{id: 'r', variant: 'x'}], environments: {beta: {rules: [{id: 's', split: [{variant: 'x', weight: 1}, {variant: 'y', weight: 9999}]}]}},
  };
  const other = {key: 'b', prerequisites: [{flag: 'a', variant: 'x'}, {flag: 'c', variant: 'x'}]};
  assert.deepEqual(model.variantUses(flag, 'x', [flag, other]), {rules: ['r', 's'], isDefault: true, isOff: false, flags: ['b']});
  model.renameVariant(flag, 'x', 'z', [flag, other]);
  assert.equal(JSON.stringify(flag).includes('"x"'), false);
  assert.deepEqual(other.prerequisites, [{flag: 'a', variant: 'z'}, {flag: 'c', variant: 'x'}]);
  const plain = {key: 'p', type: 'boolean'};
  model.renameVariant(plain, 'on', 'yes');
  assert.deepEqual(plain, {key: 'p', type: 'boolean', variants: [{key: 'yes', value: true}, {key: 'off', value: false}], defaultVariant: 'yes'});
});

test('another type converts the values it can read', () => {
  const flag = {key: 'a', type: 'boolean'};
  model.setType(flag, 'integer');
  assert.deepEqual(flag.variants, [{key: 'on', value: 1}, {key: 'off', value: 0}]);
  model.setType(flag, 'string');
  assert.deepEqual(flag.variants.map(({value}) => value), ['1', '0']);
  model.setType(flag, 'boolean');
  assert.deepEqual(flag, {key: 'a', type: 'boolean'});
  for (const type of model.TYPES) assert.ok(model.hasType(model.emptyValue(type), type), type);
});

test('weights make their total', () => {
  assert.deepEqual(model.evenWeights(3), [3334, 3333, 3333]);
  assert.deepEqual(model.evenWeights(3, 2), [1, 1, 0]);
  const rule = {id: 'r', variant: 'x', total: 5};
  model.serve(rule, 'split:', ['x', 'y', 'z']);
  assert.equal(model.sumOf(rule), model.totalOf(rule));
  assert.equal('variant' in rule || 'total' in rule, false);
  model.serve(rule, 'y', ['x', 'y']);
  assert.deepEqual(rule, {id: 'r', variant: 'y'});
  model.serve(rule, '', ['x']);
  assert.deepEqual(rule, {id: 'r'});
});

test('entries move within their list', () => {
  assert.deepEqual(model.moved(['a', 'b', 'c'], 0, 2), ['b', 'c', 'a']);
  assert.deepEqual(model.moved(['a', 'b', 'c'], 2, -4), ['c', 'a', 'b']);
  assert.deepEqual(model.freeName('rule', ['rule-1', 'rule-3']), 'rule-2');
});

test('each operator is offered for every attribute, those that suit it first', () => {
  for (const attribute of [...conditions.ATTRIBUTES, 'ip', 'seats']) {
    const {usual, others} = conditions.operatorsFor(attribute);
    assert.deepEqual([...usual, ...others].sort(), [...conditions.OPERATORS].sort(), attribute);
    assert.ok(usual.length);
  }
  assert.ok(conditions.operatorsFor('clientVersion').usual.includes('semverRange'));
});

test('another attribute or operator keeps what makes sense', () => {
  const tenant = {attribute: 'tenant', operator: 'in', values: ['acme', 'hooli'], ignoreCase: true};
  assert.deepEqual(conditions.withAttribute(tenant, 'role'), {...tenant, attribute: 'role'});
  assert.deepEqual(conditions.withAttribute(tenant, 'clientVersion'), {attribute: 'clientVersion', operator: 'semverGte', values: ['']});
  assert.deepEqual(conditions.withOperator(tenant, 'startsWith'), {...tenant, operator: 'startsWith'});
  assert.deepEqual(conditions.withOperator(tenant, 'exists'), {attribute: 'tenant', operator: 'exists'});
  assert.deepEqual(conditions.withOperator({attribute: 'tenant', operator: 'exists'}, 'notIn'), {attribute: 'tenant', operator: 'notIn', values: []});
});

test('conditions are told apart, wrapped and unwrapped', () => {
  const one = conditions.blank('question');
  const kinds = ['question', 'segment', 'all', 'any', 'not'];
  assert.deepEqual(kinds.map(kind => conditions.kindOf(conditions.blank(kind, {segment: 's'}))), kinds);
  assert.deepEqual([5, {}, {all: 3}, {segment: 's', not: {}}].map(conditions.kindOf), ['odd', 'odd', 'odd', 'odd']);
  assert.deepEqual(conditions.wrapped(conditions.wrapped(one, 'not'), 'not'), one);
  assert.deepEqual(conditions.regrouped(conditions.wrapped(one, 'any'), 'all'), {all: [one]});
  const nested = [{any: [one, {not: {segment: 'beta'}}]}, {all: [{attribute: 'plan', operator: 'exists'}]}];
  assert.deepEqual(conditions.namesIn(nested), {attributes: ['tenant', 'plan'], segments: ['beta']});
  assert.equal(conditions.questionsIn(nested), 6);
});

const flag = (key, more = {}) => ({key, type: 'boolean', state: 'ON', ...more});

test('a prerequisite that closes a circle is told with the circle', () => {
  const snapshot = {featureFlags: [flag('a'), flag('b', {prerequisites: [{flag: 'a'}]}), flag('c', {prerequisites: [{flag: 'b'}]})]};
  assert.deepEqual(effects.circleWith(snapshot, 'a', 'c'), ['a', 'c', 'b', 'a']);
  assert.deepEqual(effects.circleWith(snapshot, 'a', 'a'), ['a', 'a']);
  assert.equal(effects.circleWith(snapshot, 'c', 'a'), null);
  assert.equal(effects.circleWith({featureFlags: [flag('x', {prerequisites: [{flag: 'y'}]}), flag('y', {prerequisites: [{flag: 'x'}]}), flag('z')]}, 'z', 'x'), null);
});

test('what goes off with a flag is named, through all that need it, where it is live', () => {
  const snapshot = {
    featureFlags: [
      flag('a'), flag('b', {prerequisites: [{flag: 'a'}]}), flag('c', {prerequisites: [{flag: 'b', variant: 'on'}]}),
      flag('idle', {state: 'OFF', environments: {beta: {state: 'ON'}}, prerequisites: [{flag: 'a'}]}), flag('instead', {prerequisites: [{flag: 'a', variant: 'off'}]}),
    ],
  };
  assert.deepEqual(effects.goingOff(snapshot, 'a', 'production'), {off: ['b', 'c'], on: ['instead']});
  assert.deepEqual(effects.goingOff(snapshot, 'a', 'beta').off, ['b', 'idle', 'c']);
  assert.deepEqual(effects.goingOff(snapshot, 'c', 'beta'), {off: [], on: []});
  assert.deepEqual(effects.dependents(snapshot, 'b').map(({key}) => key), ['c']);
});

test('the attributes that decide are found through segments and prerequisites', () => {
  const snapshot = {
    featureFlags: [
      flag('a', {state: 'ROLLOUT', rollout: 5, bucketBy: ['userId', 'tenant'], prerequisites: [{flag: 'b'}]}),
      flag('b', {rules: [{id: 'r', conditions: [{segment: 's'}, {attribute: 'environment', operator: 'in', values: ['x']}]}]}),
    ],
    segments: [{id: 's', conditions: [{segment: 't'}]}, {id: 't', conditions: [{attribute: 'seats', operator: 'gte', values: [5]}, {segment: 's'}]}],
  };
  assert.deepEqual(effects.attributesOf(snapshot, 'a', 'production'), ['userId', 'tenant', 'seats']);
});

test('the draft is evaluated as the vectors say; a pattern is left to the server', () => {
  const snapshot = {featureFlags: VECTORS.flags, segments: VECTORS.segments};
  let answered = 0;
  for (const {flag: key, context, expected, now, local} of VECTORS.cases) {
    const found = evaluate(snapshot, key, '', context, Date.parse(now ?? VECTORS.now));
    if (found === null) assert.equal(local, false, key);
    else {
      answered += 1;
      assert.deepEqual([found.value, found.variant, found.reason, found.ruleId, found.bucket], [expected.value, expected.variant, expected.reason, expected.ruleId, expected.bucket], key);
    }
    if (answered > 120) break;
  }
  assert.ok(answered > 100);
  const pattern = {attribute: 'tenant', operator: 'matches', values: ['^a']};
  const asked = rules => evaluate({featureFlags: [flag('p', {rules})]}, 'p', '', {});
  assert.equal(asked([{id: 'r', conditions: [{not: pattern}]}]), null);
  assert.equal(asked([{id: 'r', disabled: true, conditions: [pattern]}]).reason, 'STATIC');
});

test('the environment counts, and nothing half typed throws', () => {
  const snapshot = {featureFlags: [flag('a', {state: 'OFF', environments: {beta: {state: 'ON', rules: [{id: 'r', conditions: [{attribute: 'environment', operator: 'in', values: ['beta']}]}]}}}), 7, {key: 'half'}]};
  assert.equal(evaluate(snapshot, 'a', 'production', {}).value, false);
  assert.deepEqual(evaluate(snapshot, 'a', 'beta', {}), {value: true, variant: 'on', reason: 'TARGETING_MATCH', ruleId: 'r'});
  assert.equal(evaluate(snapshot, 'half', 'beta', {}).reason, 'ERROR');
  assert.equal(evaluate(snapshot, 'nothing', 'beta', {}), null);
});

test('a pasted list is counted exactly, by the SDK\'s buckets', () => {
  const ids = Array.from({length: 1000}, (_, at) => `tenant-${at}`);
  const counts = [0, 1000, 2000, 10000].map(share => reached({key: 'new-search'}, share, ids).inside);
  assert.deepEqual([counts[0], counts[3]], [0, 1000]);
  assert.ok(counts[1] > 60 && counts[1] < 140 && counts[2] > counts[1]);
  assert.deepEqual(reached({key: 'new-search'}, 2500, ['initech', 'acme']), {inside: 1, of: 2, names: ['initech']});
});

test('attributes are typed as texts or lists', () => {
  assert.deepEqual(['acme ', '["a", 1]', '[half', ' '].map(attributeOf), ['acme', ['a', 1], '[half', undefined]);
  assert.deepEqual(contextOf({tenant: 'acme', ' plan ': 'pro', role: '', '': 'x'}), {tenant: 'acme', plan: 'pro'});
});

test('who gets and who loses a flag is told before a publish, dependents included', () => {
  const live = {featureFlags: [flag('a', {state: 'ROLLOUT', rollout: 2500}), flag('b', {prerequisites: [{flag: 'a'}]}), flag('c'), flag('gone')]};
  const draft = {featureFlags: [flag('a', {state: 'ROLLOUT', rollout: 5000}), flag('b', {prerequisites: [{flag: 'a'}]}), flag('c', {state: 'OFF', environments: {beta: {state: 'ON'}}})]};
  const tenants = Array.from({length: 100}, (_, at) => `t${at}`);
  assert.deepEqual(touched(live, draft).sort(), ['a', 'b', 'c', 'gone']);
  const [a, b, c, gone] = impactOf(live, draft, 'production', tenants).sort((one, two) => (one.key < two.key ? -1 : 1));
  const inside = share => new Set(tenants.filter(id => reached({key: 'a'}, share, [id]).inside));
  assert.deepEqual(a.gains, tenants.filter(id => inside(5000).has(id) && !inside(2500).has(id)));
  assert.deepEqual([a.loses, b.gains, c.loses, gone.loses], [[], a.gains, tenants, tenants]);
  assert.deepEqual(impactOf(live, draft, 'beta', tenants).map(({key}) => key).sort(), ['a', 'b', 'gone']);
  assert.deepEqual(impactOf(live, live, 'production', tenants), []);
});

test('a changed segment, another value and a pattern are told as well', () => {
  const rules = [{id: 'r', conditions: [{segment: 's'}], variant: 'b'}];
  const one = {featureFlags: [flag('v', {type: 'string', variants: [{key: 'a', value: 'A'}, {key: 'b', value: 'B'}, {key: 'off', value: ''}], defaultVariant: 'a', rules})], segments: [{id: 's', conditions: [{attribute: 'tenant', operator: 'in', values: ['x']}]}]};
  const two = {...one, segments: [{id: 's', conditions: [{attribute: 'tenant', operator: 'in', values: ['y']}]}]};
  assert.deepEqual(impactOf(one, two, 'production', ['x', 'y', 'z']), [{key: 'v', gains: [], loses: [], others: ['x', 'y'], unknown: false}]);
  const three = {...one, segments: [{id: 's', conditions: [{attribute: 'tenant', operator: 'matches', values: ['^y']}]}]};
  assert.deepEqual(impactOf(one, three, 'production', ['x']).map(({unknown}) => unknown), [true]);
});

test('the tenants in a segment are counted where the tenant decides', () => {
  const asks = (operator, values) => ({attribute: 'tenant', operator, values});
  const segments = [{id: 'pair', conditions: [asks('in', ['a', 'b'])]}, {id: 'rest', conditions: [{not: {segment: 'pair'}}]}, {id: 'odd', conditions: [asks('matches', ['^a'])]}, {id: 'half', conditions: [asks('in', [])]}];
  const inside = id => insideSegment({segments}, id, 'production', ['a', 'b', 'c']);
  assert.deepEqual(['pair', 'rest', 'odd', 'half'].map(inside), [['a', 'b'], ['c'], null, null]);
});
