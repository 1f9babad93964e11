// "Review and publish": the whole difference in sentences, what is picked of it, and what the server asks before it goes out.
import {LitElement, html, nothing, repeat} from '../vendor/lit.js';
import {Refused, icon, localized, number, plural, request, say} from '../lib.js';
import {query} from './api.js';
import './impact-list.js';
import {address, itemInWords} from './names.js';
import {located} from './draft.js';
import {find, list} from './sections.js';

/** Kind of a change → what it is called, picture. @type {Record<string, [string, string]>} */
const KINDS = {
  added: [say('Added'), 'circle-plus'], changed: [say('Changed'), 'pencil'], removed: [say('Removed'), 'circle-minus'], moved: [say('Moved'), 'move-vertical'],
};
const ROLLED_BACK = 'release.contains_rolled_back';
/** Milliseconds from a tick of a box to the question what the server says to it; between two looks at who has it. */
const SETTLE = 300;
const LOOK = 5000;
/** Other environments that are named. */
const ELSEWHERE = 5;

export class Review extends LitElement {
  static properties = {
    session: {attribute: false}, plan: {state: true}, picked: {state: true}, confirmed: {state: true}, reason: {state: true}, problem: {state: true}, done: {state: true},
    busy: {state: true}, told: {state: true}, undoing: {state: true}, tried: {state: true},
  };

  constructor() {
    super();
    /** @type {import('./session.js').Session} */
    this.session = /** @type {any} */ (undefined);
    this.reset();
  }

  createRenderRoot() { return this; }

  reset() {
    /** What a publish would do: the answer to dryRun; for who may not publish, the difference. @type {any} */
    this.plan = null;
    /** All changes of the draft. @type {any[]} */
    this.changes = [];
    /** Ids of the changes that go out. @type {Set<string>} */
    this.picked = new Set();
    /** @type {Set<string>} */
    this.confirmed = new Set();
    this.reason = '';
    /** @type {Refused | null} */
    this.problem = null;
    /** The release that was made. @type {any} */
    this.done = null;
    this.busy = false;
    /** @type {any} */
    this.told = null;
    this.undoing = false;
    this.tried = false;
    this.etag = '';
  }

  get dialog() { return /** @type {HTMLDialogElement} */ (this.querySelector('dialog')); }

  async open() {
    this.reset();
    this.dialog.showModal();
    await this.session.draft.save();
    await this.ask();
    this.picked = new Set(this.changes.map(change => change.id));
  }

  /** Of the draft; what is picked of it gets a number of its own. @returns {string} */
  get version() { return this.session.draft.answer?.version ?? this.plan?.version ?? ''; }

  get all() { return this.picked.size === this.changes.length; }

  /** What would be published? @param {string[]} [changes] */
  async ask(changes) {
    const {where, draft} = this.session;
    this.etag = draft.etag;
    this.problem = null;
    try {
      if (this.session.may('publish')) {
        const {body} = await request(`/api/config/publish${query(where)}`, {method: 'POST', etag: draft.etag, body: {dryRun: true, ...(changes ? {changes} : {})}});
        if (!changes) this.changes = body.changes;
        this.plan = body;
      } else {
        const {body} = await request(`/api/config/diff${query(where)}`);
        this.changes = body.changes;
        this.plan = {version: body.to.version, liveVersion: body.from.version, problems: [], confirmations: [], missingChanges: [], publishable: false};
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {any} error */
  fail(error) {
    if (!(error instanceof Refused)) error = Object.assign(new Error(say('The server does not answer. Nothing was published.')), {problem: {}});
    this.problem = error;
  }

  /** @param {string[]} ids @param {boolean} on */
  pick(ids, on) {
    const picked = new Set(this.picked);
    for (const id of ids) picked[on ? 'add' : 'delete'](id);
    this.picked = picked;
    this.plan = {...this.plan, confirmations: [], missingChanges: [], waiting: true};
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.ask(this.all || !picked.size ? undefined : [...picked]); }, SETTLE);
  }

  /** Why it cannot be published now; empty when it can. */
  get obstacle() {
    const {draft} = this.session;
    const offer = list(draft.answer?.offers).find(one => one.action === 'publish');
    if (!this.session.may('publish')) return localized(offer?.reason) || say('Publishing is for publishers and admins.');
    if (draft.state === 'offline') return say('Not everything is saved: nobody answers.');
    if (draft.conflicts.length) return say('Somebody changed the same fields. Decide first whose they are.');
    if (this.plan && !this.plan.waiting && !this.plan.publishable) return say('The draft has problems. They are mended first.');
    if (!this.changes.length) return localized(offer?.reason) || say('The draft is what is live.');
    if (!this.picked.size) return say('Nothing is picked.');
    return '';
  }

  /** @param {Event} event */
  async publish(event) {
    event.preventDefault();
    this.tried = true;
    const open = list(this.plan?.confirmations).filter(one => !this.confirmed.has(one.code));
    if (this.obstacle || this.plan?.waiting || this.busy) return;
    if (open.length || !this.reason.trim()) {
      await this.updateComplete;
      /** @type {HTMLElement | null} */ (this.querySelector(open.length ? `[data-confirm="${open[0].code}"]` : '#reason'))?.focus();
      return;
    }
    this.busy = true;
    const {where, draft} = this.session;
    try {
      const {body} = await request(`/api/config/publish${query(where)}`, {
        method: 'POST', etag: this.etag,
        body: {reason: this.reason.trim(), confirm: [...this.confirmed], expectedSerial: this.plan.serial, ...(this.all ? {} : {changes: [...this.picked]})},
      });
      this.done = body;
      this.session.serial = body.serial;
      await Promise.all([this.session.readLive(), draft.refresh()]);
      this.look();
    } catch (error) {
      this.fail(error);
      if (this.problem && [409, 412].includes(this.problem.status)) {
        await draft.refresh();
        const {problem} = this;
        await this.ask(this.all ? undefined : [...this.picked]);
        this.problem = problem;
      }
    } finally {
      this.busy = false;
    }
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector('[data-told]'))?.focus();
  }

  /** Who has it already. */
  async look() {
    if (!this.done || !this.dialog.open) return;
    try {
      this.told = (await request(`/api/clients${query(this.session.where)}`)).body?.told ?? null;
    } catch { /* it is only said when it is known */ }
    setTimeout(() => { this.look(); }, LOOK);
  }

  /** @param {Event} event */
  async undo(event) {
    event.preventDefault();
    this.busy = true;
    try {
      const reason = this.reason.trim() || say('Undone right after publishing');
      const {body} = await request(`/api/releases/undo${query(this.session.where)}`, {method: 'POST', body: {serial: this.done.serial, reason}});
      this.done = {...body, undone: this.done};
      this.undoing = false;
      this.session.serial = body.serial;
      await this.session.readLive();
    } catch (error) {
      this.fail(error);
    } finally {
      this.busy = false;
      this.undoing = false;
    }
  }

  /** What an address of a change names, in words. @param {string} group */
  groupName(group) {
    const {draft} = this.session;
    if (group.startsWith('page:')) {
      const id = group.slice(5);
      return itemInWords('pages', id, find(draft.edited, 'pages', id) ?? find(draft.live, 'pages', id));
    }
    return {tables: say('Tables'), flags: say('Flags'), tokens: say('Design tokens'), rest: say('The rest')}[group] ?? group;
  }

  renderChanges() {
    /** @type {Map<string, any[]>} */
    const groups = new Map();
    for (const change of this.changes) groups.set(change.group, [...groups.get(change.group) ?? [], change]);
    const choose = this.session.may('publish') && this.plan?.liveVersion;
    const missing = new Set(this.plan?.missingChanges ?? []);
    return html`<div class="diff">${[...groups].map(([group, changes]) => {
      const ids = changes.map(change => change.id);
      const on = ids.filter(id => this.picked.has(id)).length;
      return html`<h2>${choose ? html`<input type="checkbox" class="tick" .checked=${on === ids.length} .indeterminate=${on > 0 && on < ids.length} aria-label=${say('All of {group}', {group: this.groupName(group)})}
          @change=${(/** @type {any} */ event) => { this.pick(ids, event.target.checked); }}>` : nothing}${this.groupName(group)} <span class="muted">${number(changes.length)}</span></h2>
        <ul>${repeat(changes, change => change.id, change => {
    const [word, picture] = KINDS[change.kind];
    const text = html`<span class="tag ${change.kind}">${icon(picture, true)}${word}</span>`;
    return html`<li class=${this.picked.has(change.id) || !choose ? '' : 'out'}>${choose ? html`<label class="row"><input type="checkbox" class="tick" .checked=${this.picked.has(change.id)} aria-label=${localized(change.sentence)}
            @change=${(/** @type {any} */ event) => { this.pick([change.id], event.target.checked); }}>${text}</label>` : text}
          <span>${localized(change.sentence)}${missing.has(change.id) ? html` <b>${say('(needed by what is picked)')}</b>` : nothing}</span></li>`;
  })}</ul>`;
    })}</div>${this.picked.size && !this.all ? html`<p class="muted" role="status">${plural('{count} change stays in the draft.', '{count} changes stay in the draft.', {count: this.changes.length - this.picked.size})}</p>` : nothing}`;
  }

  /** The other environments, where the control plane publishes the draft as a whole. */
  renderElsewhere() {
    const {application, environment, environments} = this.session.where;
    const others = environments.filter(key => key !== environment).slice(0, ELSEWHERE);
    if (!others.length || !this.changes.length || !this.version || !this.session.may('publish')) return nothing;
    return html`<p class="muted small">${say('Or publish the whole draft in:')} ${others.map(key => html`<a href=${`/cp/${[application, key, 'versions', this.version, 'publish'].map(encodeURIComponent).join('/')}`}>${key}</a> `)}</p>`;
  }

  renderFindings() {
    const problems = list(this.plan?.problems);
    const {draft} = this.session;
    const words = (/** @type {any} */ one) => {
      // The places of a picked part are not those of the draft.
      const {section, id, path} = this.all && draft.answer ? located(draft.answer.snapshot, one) : {section: '', id: '', path: ''};
      return html`${section ? html`<a href=${address(section, id, path)} @click=${() => { this.dialog.close(); }}>${itemInWords(section, id, draft.find(section, id))}</a> ` : nothing}${localized(one.message)}`;
    };
    const errors = problems.filter(one => one.severity === 'error');
    const warnings = problems.filter(one => one.severity !== 'error');
    const missing = list(this.plan?.missingChanges);
    return html`${errors.length ? html`<section class="callout e">${icon('circle-x')}<div><h2>${plural('{count} problem', '{count} problems', {count: errors.length})}</h2><ul class="dots">${errors.map(one => html`<li>${words(one)}</li>`)}</ul>
        ${missing.length && !this.all ? html`<p><button class="btn sm" type="button" @click=${() => { this.pick(missing, true); }}>${plural('Pick {count} change that is needed too', 'Pick {count} changes that are needed too', {count: missing.length})}</button></p>` : this.renderToProblem()}</div></section>` : nothing}
      ${warnings.length ? html`<section class="callout w">${icon('triangle-alert')}<div><h2>${plural('{count} warning, it does not block', '{count} warnings, they do not block', {count: warnings.length})}</h2><ul class="dots">${warnings.map(one => html`<li>${words(one)}</li>`)}</ul></div></section>` : nothing}
      ${list(this.plan?.confirmations).map(one => html`<section class="callout ${one.code === ROLLED_BACK ? 'e' : 'w'}">${icon('triangle-alert')}<div class="grow"><p><b>${localized(one.message)}</b></p>
        ${one.code === ROLLED_BACK ? html`<p>${say('Somebody took this back once. Publishing brings it back to clients.')}</p>` : nothing}
        <label class="row"><input type="checkbox" class="tick" data-confirm=${one.code} aria-invalid=${this.tried && !this.confirmed.has(one.code) ? 'true' : 'false'} .checked=${this.confirmed.has(one.code)}
          @change=${(/** @type {any} */ event) => { const next = new Set(this.confirmed); next[event.target.checked ? 'add' : 'delete'](one.code); this.confirmed = next; }}>${say('I have read this, and it is meant')}</label></div></section>`)}`;
  }

  renderToProblem() {
    const first = this.session.draft.problems.find(one => one.severity === 'error');
    return first ? html`<p><a class="btn sm" href=${address(first.section, first.id, first.path)} @click=${() => { this.dialog.close(); }}>${say('Go to the first problem')}</a></p>` : nothing;
  }

  renderProblem() {
    if (!this.problem) return nothing;
    const {problem} = this;
    return html`<section class="callout e" role="alert" tabindex="-1" data-told>${icon('circle-x')}<div><h2>${localized(problem.problem.title) || say('Not published')}</h2><p>${problem.message}</p>
      ${list(problem.problem.problems).length ? html`<ul class="dots">${problem.problem.problems.slice(0, 50).map((/** @type {any} */ one) => html`<li>${localized(one.message)}</li>`)}</ul>` : nothing}</div></section>`;
  }

  renderDone() {
    const {done, told} = this;
    const {environment} = this.session.where;
    return html`<header><div class="grow"><h1 id="review-title" tabindex="-1" data-told>${done.undone ? say('Taken back') : say('Published')}</h1>
        <p class="muted">${say('{version} is live in {environment}: release {serial}.', {version: done.version ?? say('nothing'), environment, serial: done.serial})}</p></div>${this.close()}</header>
      <div class="b stack">${this.renderProblem()}<section class="callout g">${icon('circle-check')}<p>${told && told.serial === done.serial && told.lastHour ? plural('≈ {count} client has been told, of {all} seen in the last hour.', '≈ {count} clients have been told, of {all} seen in the last hour.', {count: told.clients, all: told.lastHour})
    : say('Clients pick it up when they ask the next time, usually within a minute.')}</p></section>
      ${this.undoing ? html`<form class="stack" @submit=${this.undo}><label class="f"><span>${say('Why is it taken back?')}</span><input class="inp" maxlength="500" .value=${''} @input=${(/** @type {any} */ event) => { this.reason = event.target.value; }}></label>
        <p class="row"><button class="btn d" ?disabled=${this.busy}>${icon('undo-2')}${say('Take release {serial} back', {serial: done.serial})}</button><button class="btn" type="button" @click=${() => { this.undoing = false; }}>${say('Cancel')}</button></p></form>` : nothing}</div>
      <footer>${done.undone || this.undoing ? nothing : html`<button class="btn d" type="button" @click=${() => { this.undoing = true; this.reason = ''; }}>${icon('undo-2')}${say('Undo')}</button>`}<span class="grow"></span>
        <button class="btn p" type="button" @click=${() => { this.dialog.close(); }}>${say('Go on')}</button></footer>`;
  }

  close() {
    return html`<button type="button" class="btn ghost icon" aria-label=${say('Close')} @click=${() => { this.dialog.close(); }}>${icon('x')}</button>`;
  }

  renderQuestion() {
    const {environment} = this.session.where;
    const {plan, obstacle} = this;
    const risky = list(plan?.confirmations).some(one => one.code === ROLLED_BACK);
    const count = this.picked.size;
    const stays = html`<button class="btn ${risky ? 'p' : ''}" type="button" @click=${() => { this.dialog.close(); }}>${say('Keep editing')}</button>`;
    return html`<form @submit=${this.publish} novalidate><header><div class="grow"><h1 id="review-title">${plural('Publish {count} change to {environment}?', 'Publish {count} changes to {environment}?', {count, environment})}</h1>
        <p class="muted">${!plan ? say('The server checks the draft …') : plan.liveVersion ? say('{live} is live, the draft is {version}. Clients get it without a deployment; it can be taken back in one step.', {live: plan.liveVersion, version: this.version})
    : say('Nothing is live in {environment} yet; the draft is {version}.', {environment, version: this.version})}</p>${this.renderElsewhere()}</div>${this.close()}</header>
      <div class="b stack">${this.renderProblem()}${this.renderFindings()}${this.renderChanges()}${plan ? html`<tb-impact .draft=${this.session.draft}></tb-impact>` : nothing}
        ${this.session.may('publish') ? html`<div class="f"><label class="lab" for="reason">${say('Why? It stands in the ledger.')}</label><input id="reason" class="inp" maxlength="500" autocomplete="off" required aria-invalid=${this.tried && !this.reason.trim() ? 'true' : 'false'} aria-describedby="reason-hint"
          .value=${this.reason} @input=${(/** @type {any} */ event) => { this.reason = event.target.value; }}><p id="reason-hint" class=${this.tried && !this.reason.trim() ? 'err' : 'vh'}>${say('A reason is needed.')}</p></div>` : nothing}</div>
      <footer>${obstacle && plan ? html`<p class="why grow" id="why">${obstacle}</p>` : html`<span class="grow"></span>`}${stays}
        <button class="btn ${risky ? 'd' : 'p'}" aria-disabled=${obstacle || !plan || plan.waiting || this.busy ? 'true' : 'false'} aria-describedby="why">${icon('rocket')}${this.busy ? say('Publishing …') : say('Publish')}</button></footer></form>`;
  }

  render() {
    return html`<dialog aria-labelledby="review-title" class="wide">${this.done ? this.renderDone() : this.session ? this.renderQuestion() : nothing}</dialog>`;
  }
}
customElements.define('tb-review', Review);
