// The draft as it is edited here: changes with names, undo, saving by itself, and what others saved meanwhile. No DOM.
import {compare} from './compare.js';
import {equal, merge, place, share} from './merge.js';
import {produce} from './produce.js';
import {NAMED_BY, OBJECTS, SIBLINGS, eachReference, find, isObject, list} from './sections.js';

/**
 * @typedef {import('./sections.js').Snapshot} Snapshot
 * @typedef {{en: string, fr: string}} Text
 * @typedef {{pointer: string, code: string, severity: 'error' | 'warning', message: Text, section: string, id: string, path: string}} Problem
 *   `path`: from the item to the field, `columns/2/label`
 * @typedef {{snapshot: Snapshot, etag: string, version: string, digest: string, problems: any[], offers: any[], editedBy: string, editedAt: string | null}} Answer
 * @typedef {{load: () => Promise<Answer>, save: (etag: string, change: {patch?: any, put?: any}) => Promise<Answer>}} Door
 *   both throw errors with `status` when refused, others when nobody answers
 * @typedef {{get: () => Kept | null, set: (kept: Kept | null) => void}} Store what keeps edits until they are saved
 * @typedef {{etag: string, base: Snapshot, snapshot: Snapshot}} Kept
 * @typedef {{name: string, before: Snapshot, after: Snapshot, at: number}} Step
 * @typedef {import('./merge.js').Conflict} Conflict
 * @typedef {import('./merge.js').Arrival} Arrival
 */

/** Milliseconds: without a key press until it is saved; between tries while nobody answers; one step of undo. */
const QUIET = 700;
const AGAIN = 4000;
const ONE_STEP = 2000;
/** Steps that can be undone, and saves in a row that somebody else came before. */
const MOST_STEPS = 200;
const MOST_MERGES = 5;

/** Events: `change` (the snapshot), `status` (state, problems, conflicts), `arrival` (others' changes came in; `detail`: {by, arrivals}). */
export class Draft extends EventTarget {
  /** @type {Snapshot} */ #edited;
  /** As the server has it. @type {Snapshot} */ #saved;
  /** @type {Step[]} */ #past = [];
  /** @type {Step[]} */ #future = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Promise<void> | null} */ #flight = null;
  /** @type {{live: Snapshot, edited: Snapshot, result: ReturnType<typeof compare>} | null} */ #compared = null;
  #editing = false;

  /**
   * @param {object} given
   * @param {Snapshot} given.live @param {Answer | null} given.answer null: who may only look
   * @param {Door} given.door @param {Store} [given.store] @param {() => number} [given.now]
   */
  constructor({live, answer, door, store = {get: () => null, set: () => {}}, now = () => Date.now()}) {
    super();
    this.live = live;
    this.door = door;
    this.store = store;
    this.now = now;
    /** @type {'saved' | 'saving' | 'offline' | 'conflict' | 'refused'} */
    this.state = 'saved';
    /** @type {Problem[]} */
    this.problems = [];
    /** @type {Conflict[]} */
    this.conflicts = [];
    /** Why the server refused to save. @type {any} */
    this.refusal = null;
    /** Who saved what came in last. */
    this.others = '';
    this.mayEdit = answer !== null;
    /** Application, environments, languages: for forms. @type {import('./api.js').Where | undefined} */
    this.where = undefined;
    /** @type {import('./session.js').Application | undefined} */
    this.application = undefined;
    this.answer = answer;
    this.etag = answer?.etag ?? '';
    this.#saved = this.#edited = answer ? share(live, answer.snapshot) : live;
    if (answer) this.#take(answer);
    this.#restore();
  }

  /** The draft as edited here, or what is live while nobody edits. */
  get snapshot() { return this.#editing ? this.#edited : this.live; }
  /** The draft, also while what is live is shown. */
  get edited() { return this.#edited; }
  get readOnly() { return !this.#editing; }
  get editing() { return this.#editing; }
  get unsaved() { return this.#edited !== this.#saved; }

  /** Goes to the draft, or back to what is live. @param {boolean} on */
  edit(on) {
    this.#editing = on && this.mayEdit;
    this.#tell('change');
    this.#tell('status');
  }

  /** @param {string} section @param {string} id @returns {any} */
  find(section, id) { return lookUp(this.snapshot, section, id); }
  /** @param {string} section @param {string} id @returns {any} */
  liveItem(section, id) { return lookUp(this.live, section, id); }

  /** Marks, removed items and the number of changes against what is live. */
  get difference() {
    if (this.#compared?.live !== this.live || this.#compared.edited !== this.#edited) {
      this.#compared = {live: this.live, edited: this.#edited, result: compare(this.live, this.#edited)};
    }
    return this.#compared.result;
  }

  /**
   * Changes the draft. Consecutive changes of one name within two seconds are one step of undo.
   * @param {string} name the sentence for undo @param {(copy: Snapshot) => unknown} recipe
   */
  change(name, recipe) {
    if (this.readOnly) return;
    const before = this.#edited;
    const after = produce(before, recipe);
    if (after === before) return;
    const last = this.#past.at(-1);
    const at = this.now();
    if (last && last.name === name && last.after === before && at - last.at < ONE_STEP && !this.#future.length) {
      last.after = after;
      last.at = at;
    } else {
      this.#past.push({name, before, after, at});
      if (this.#past.length > MOST_STEPS) this.#past.shift();
    }
    this.#future = [];
    this.#become(after);
  }

  /**
   * @param {string} section @param {string} id @param {string} field @param {any} value undefined removes the field
   * @param {string} [name] the sentence for undo
   */
  set(section, id, field, value, name = `${field} · ${id || section}`) {
    this.change(name, copy => {
      if (!NAMED_BY[section] && !isObject(copy[section])) copy[section] = {};
      const item = find(copy, section, id);
      if (item) item[field] = value;
    });
  }

  /** @param {string} section @param {any} item @param {number} [at] @param {string} [name] */
  add(section, item, at, name = `+ ${item[NAMED_BY[section]] ?? section}`) {
    this.change(name, copy => {
      if (!NAMED_BY[section]) copy[section] = item;
      else {
        const items = Array.isArray(copy[section]) ? copy[section] : (copy[section] = []);
        items.splice(at ?? items.length, 0, item);
      }
    });
  }

  /** @param {string} section @param {string} id @param {string} [name] */
  remove(section, id, name = `− ${id || section}`) {
    this.change(name, copy => {
      const key = NAMED_BY[section];
      if (key) copy[section] = copy[section].filter((/** @type {any} */ item) => item?.[key] !== id);
      else if (OBJECTS.includes(section)) copy[section] = {};
      else delete copy[section];
    });
  }

  /** Among the items shown together (pages of a surface, tabs of a page). @param {string} section @param {string} id @param {number} by @param {string} [name] */
  move(section, id, by, name = `↕ ${id}`) {
    this.change(name, copy => {
      const item = find(copy, section, id);
      if (!item) return;
      const shared = SIBLINGS[section];
      const items = copy[section];
      const together = items.filter((/** @type {any} */ one) => !shared || one?.[shared] === item[shared]);
      const from = together.indexOf(item);
      const to = Math.min(Math.max(from + by, 0), together.length - 1);
      if (from === to) return;
      const places = together.map((/** @type {any} */ one) => items.indexOf(one));
      together.splice(to, 0, ...together.splice(from, 1));
      const orders = together.map((/** @type {any} */ one) => one.order).sort((/** @type {number} */ a, /** @type {number} */ b) => a - b);
      const usable = orders.every((/** @type {any} */ order, /** @type {number} */ at) => Number.isInteger(order) && (!at || order > orders[at - 1]));
      together.forEach((/** @type {any} */ one, /** @type {number} */ at) => {
        if (shared) one.order = usable ? orders[at] : (at + 1) * 10;
        items[places[at]] = one;
      });
    });
  }

  /** Another name for an item; what refers to it follows. @param {string} section @param {string} id @param {string} to @param {string} [name] */
  rename(section, id, to, name = `${id} → ${to}`) {
    this.change(name, copy => {
      const item = find(copy, section, id);
      if (!item || find(copy, section, to)) return;
      item[NAMED_BY[section]] = to;
      eachReference(copy, (_, target, found, write) => { if (target === section && found === id) write(to); });
    });
  }

  /** What refers to an item. @param {string} section @param {string} id @returns {import('./sections.js').Use[]} */
  uses(section, id) {
    /** @type {import('./sections.js').Use[]} */
    const found = [];
    eachReference(this.snapshot, (use, target, name) => { if (target === section && name === id) found.push(use); });
    return found;
  }

  get canUndo() { return !this.readOnly && this.#past.length > 0; }
  get canRedo() { return !this.readOnly && this.#future.length > 0; }
  get undoName() { return this.#past.at(-1)?.name ?? ''; }
  get redoName() { return this.#future.at(-1)?.name ?? ''; }

  undo() {
    const step = this.canUndo ? this.#past.pop() : undefined;
    if (step) this.#step(step, step.after, step.before, this.#future);
  }

  redo() {
    const step = this.canRedo ? this.#future.pop() : undefined;
    if (step) this.#step(step, step.before, step.after, this.#past);
  }

  /** Others may have saved since: only what the step changed goes back. @param {Step} step @param {Snapshot} from @param {Snapshot} to @param {Step[]} onto */
  #step(step, from, to, onto) {
    let result = to;
    if (this.#edited !== from) {
      const {merged, conflicts} = merge(from, this.#edited, to);
      result = produce(merged, copy => conflicts.forEach(one => place(copy, one.path, one.theirs)));
    }
    const current = this.#edited;
    onto.push(from === step.after ? {...step, before: result, after: current} : {...step, before: current, after: result});
    this.#become(result);
  }

  /** @param {Snapshot} snapshot */
  #become(snapshot) {
    this.#edited = snapshot;
    this.#tell('change');
    if (this.state !== 'conflict') this.#soon(QUIET);
  }

  /** @param {number} wait */
  #soon(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.save(); }, wait);
    this.#status(this.state === 'offline' ? 'offline' : 'saving');
  }

  /** Saves now what is not saved. One request at a time; what was typed meanwhile goes with the next. @returns {Promise<void>} */
  save() {
    clearTimeout(this.#timer);
    this.#flight ??= this.#saveAll().finally(() => { this.#flight = null; });
    return this.#flight;
  }

  async #saveAll() {
    for (let merges = 0; this.unsaved && !this.conflicts.length;) {
      const sent = this.#edited;
      if (equal(sent, this.#saved)) {
        this.#edited = this.#saved;
        break;
      }
      this.store.set({etag: this.etag, base: this.#saved, snapshot: sent});
      try {
        const answer = await this.door.save(this.etag, changeOf(this.#saved, sent));
        this.#adopt(answer, sent);
      } catch (error) {
        const status = /** @type {any} */ (error)?.status ?? 0;
        if (status === 412 && merges < MOST_MERGES) {
          merges += 1;
          if (!await this.refresh()) return;
        } else if (!status || status === 429 || status >= 500) {
          this.#status('offline');
          this.#timer = setTimeout(() => { this.save(); }, AGAIN);
          return;
        } else {
          this.refusal = error;
          this.#status('refused');
          return;
        }
      }
    }
    if (this.conflicts.length) return;
    this.refusal = null;
    this.store.set(null);
    this.#status('saved');
  }

  /** Reads what the server has, and merges it in. @returns {Promise<boolean>} whether it could be read */
  async refresh() {
    let answer;
    try {
      answer = await this.door.load();
    } catch {
      this.#status('offline');
      this.#timer = setTimeout(() => { this.save(); }, AGAIN);
      return false;
    }
    this.#mergeIn(answer);
    return true;
  }

  /** @param {Answer} answer @param {Snapshot} sent what it answers to */
  #adopt(answer, sent) {
    const stored = share(sent, answer.snapshot);
    const later = this.#edited;
    this.#take(answer);
    this.#saved = stored;
    if (later === sent) this.#edited = stored;
    else this.#edited = share(later, merge(sent, later, stored).merged);
    if (this.#edited !== later) this.#tell('change');
    this.#tell('status');
  }

  /** @param {Answer} answer */
  #mergeIn(answer) {
    if (answer.etag === this.etag) return;
    const theirs = share(this.#saved, answer.snapshot);
    const {merged, conflicts, arrivals} = merge(this.#saved, this.#edited, theirs);
    this.others = answer.editedBy;
    this.#take(answer);
    this.#saved = theirs;
    this.#edited = share(theirs, merged);
    this.conflicts = conflicts;
    this.#tell('change');
    if (conflicts.length) this.#status('conflict');
    if (arrivals.length) this.dispatchEvent(new CustomEvent('arrival', {detail: {by: answer.editedBy, arrivals}}));
    this.#tell('status');
  }

  /** The answer to a conflict. After the last one it is saved. @param {Conflict} conflict @param {'mine' | 'theirs'} whose @param {string} name */
  resolve(conflict, whose, name) {
    if (!this.conflicts.includes(conflict)) return;
    this.conflicts = this.conflicts.filter(one => one !== conflict);
    if (whose === 'theirs') this.change(name, copy => place(copy, conflict.path, conflict.path.at(-1) === '' ? conflict.theirs : structuredCopy(conflict.theirs)));
    if (this.conflicts.length) this.#tell('status');
    else this.#soon(0);
  }

  /** What is live changed, or nothing was live before. @param {Snapshot} live */
  setLive(live) {
    this.live = share(this.live, live);
    this.#tell('change');
  }

  /** @param {Answer} answer */
  #take(answer) {
    this.answer = answer;
    this.etag = answer.etag;
    this.problems = answer.problems.map(problem => located(answer.snapshot, problem));
  }

  /** Edits that an earlier page could not save. */
  #restore() {
    const kept = this.mayEdit ? this.store.get() : null;
    if (!kept) return;
    this.#editing = true;
    if (kept.etag === this.etag) this.#edited = share(this.#saved, kept.snapshot);
    else {
      const {merged, conflicts} = merge(kept.base, kept.snapshot, this.#saved);
      this.#edited = share(this.#saved, merged);
      this.conflicts = conflicts;
      this.others = this.answer?.editedBy ?? '';
    }
    if (this.conflicts.length) this.state = 'conflict';
    else if (this.unsaved) this.#soon(QUIET);
    else this.store.set(null);
  }

  /** @param {Draft['state']} state */
  #status(state) {
    if (this.state === state) return;
    this.state = state;
    this.#tell('status');
  }

  /** @param {string} type */
  #tell(type) { this.dispatchEvent(new Event(type)); }
}

/**
 * What makes `sent` of `saved`: a merge patch of whole sections where that can say it, else the document.
 * @param {Snapshot} saved @param {Snapshot} sent
 */
export function changeOf(saved, sent) {
  /** @type {Snapshot} */
  const patch = {};
  for (const section of new Set([...Object.keys(saved), ...Object.keys(sent)])) {
    if (saved[section] === sent[section]) continue;
    if (!Object.hasOwn(sent, section)) patch[section] = null;
    else if (Array.isArray(sent[section])) patch[section] = sent[section];
    else return {put: sent};
  }
  return {patch};
}

/** A problem with the item that it is about. @param {Snapshot} snapshot @param {any} problem @returns {Problem} */
export function located(snapshot, problem) {
  const steps = String(problem.pointer ?? '').split('/').slice(1).map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const [section = '', index, ...rest] = steps;
  const key = NAMED_BY[section];
  if (!key) return {...problem, section, id: '', path: steps.slice(1).join('/')};
  const item = list(snapshot[section])[Number(index)];
  return {...problem, section, id: String(item?.[key] ?? ''), path: rest.join('/')};
}

/** @type {WeakMap<any[], Map<string, any>>} by section: the draft never changes one, it makes a new one */
const byName = new WeakMap();

/** @param {Snapshot} snapshot @param {string} section @param {string} id */
function lookUp(snapshot, section, id) {
  const key = NAMED_BY[section];
  const items = snapshot[section];
  if (!key || !Array.isArray(items)) return key ? undefined : items;
  let names = byName.get(items);
  if (!names) {
    names = new Map();
    for (const item of items) if (isObject(item) && !names.has(item[key])) names.set(item[key], item);
    byName.set(items, names);
  }
  return names.get(id);
}

/** @param {any} value */
const structuredCopy = value => (value === undefined ? undefined : structuredClone(value));
