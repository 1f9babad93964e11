// <icontrol-update-modal>: what the gate says, shown to people. Blocking for HARD_BLOCK and MAINTENANCE until the gate lets
// the app go on again; a banner that can be put away for SOFT_BLOCK. For any framework, under a strict CSP with Trusted
// Types: nothing inline, no HTML from strings.
//
//   const modal = document.createElement("icontrol-update-modal");
//   modal.client = client; // of createClient, started
//   modal.onBeforeUpdate = () => save();
//   document.body.append(modal);

/** After a reload that brought nothing newer, the button asks the gate for so long, instead of reloading again. */
const PATIENCE = 60_000; // milliseconds
const LOADING = 5_000; // milliseconds, for the page past the caches
const MARK = "icontrol update"; // in the session: when the page was reloaded, and for which minimum

const TEXTS = {
  en: {
    HARD_BLOCK: ["Update needed", "This version of the app is no longer supported. Update to go on."],
    SOFT_BLOCK: ["Update available", "A newer version of the app is available."],
    MAINTENANCE: ["Maintenance", "The service is being maintained. You can go on as soon as it is over; there is nothing to do."],
    late: "The new version is not here yet. Try again in a minute.",
    failed: "Your work could not be saved, so the app was not updated.",
    update: "Update",
    check: "Check again",
    yours: "Your version",
    minimum: "Oldest that works",
    later: "Later",
  },
  fr: {
    HARD_BLOCK: [
      "Mise à jour nécessaire",
      "Cette version de l’application n’est plus prise en charge. Mettez-la à jour pour continuer.",
    ],
    SOFT_BLOCK: ["Mise à jour disponible", "Une version plus récente de l’application est disponible."],
    MAINTENANCE: [
      "Maintenance en cours",
      "Le service est en maintenance. Vous pourrez continuer dès qu’elle sera terminée ; vous n’avez rien à faire.",
    ],
    late: "La nouvelle version n’est pas encore là. Réessayez dans une minute.",
    failed: "Votre travail n’a pas pu être enregistré : l’application n’a pas été mise à jour.",
    update: "Mettre à jour",
    check: "Vérifier à nouveau",
    yours: "Votre version",
    minimum: "Version minimale",
    later: "Plus tard",
  },
};

const STYLE = `
  :host { --accent: CanvasText; --on-accent: Canvas; --soft: Canvas; --quiet: CanvasText; --curtain: rgb(0 0 0 / .75); }
  @supports (color: light-dark(#000, #fff)) {
    :host { --accent: var(--icontrol-accent, light-dark(#3345d6, #93a2ff)); --on-accent: var(--icontrol-on-accent, light-dark(#fff, #0c1030));
      --soft: light-dark(#f3f4f7, #23262d); --quiet: light-dark(#4a5363, #b2bac8); --curtain: light-dark(rgb(236 238 242 / .94), rgb(8 10 14 / .94)); }
  }
  dialog, [role="status"] > div { color: CanvasText; background: Canvas; font: inherit; overflow-wrap: anywhere; }
  dialog { box-sizing: border-box; width: 28rem; max-width: calc(100vw - 2rem); border: 1px solid transparent; border-radius: 1.25rem;
    padding: 2rem; box-shadow: 0 30px 80px -20px rgb(8 11 20 / .5); }
  dialog::backdrop { background: var(--curtain); }
  svg { display: block; width: 1.6rem; height: 1.6rem; padding: .8rem; margin-bottom: 1.1rem; border-radius: 1rem; color: var(--accent);
    background: var(--soft); fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
  h2 { margin: 0 0 .5rem; font-size: 1.45rem; line-height: 1.2; letter-spacing: -.02em; }
  p { margin: 0 0 1rem; white-space: pre-line; color: var(--quiet); }
  p:empty { display: none; }
  dl { display: grid; grid-template-columns: 1fr auto; gap: .5rem 1rem; margin: 0 0 1.25rem; padding: .8rem 1rem; border-radius: .75rem; background: var(--soft); }
  dl:empty { display: none; }
  dt { color: var(--quiet); }
  dd { margin: 0; font-weight: 650; font-variant-numeric: tabular-nums; }
  button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1rem; border-radius: .75rem; cursor: pointer;
    border: 1px solid currentColor; color: inherit; background: none; }
  button.primary { color: var(--on-accent); background: var(--accent); border-color: transparent; }
  dialog button { width: 100%; min-height: 3rem; }
  button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
  [role="status"] > div { position: fixed; inset: auto 0 0; z-index: 2147483647; display: flex; flex-wrap: wrap; gap: .75rem;
    align-items: center; padding: .75rem 1rem; border-top: 1px solid GrayText; }
  [role="status"] p { margin: 0; flex: 1 1 12rem; color: inherit; }
`;

/**
 * @typedef {import("./client.js").Gate} Gate
 * @typedef {{readonly gate: Gate, readonly clientVersion?: string, refresh(): Promise<void>, subscribe(run: () => void): () => void}} Asking a client
 */

export class UpdateModal extends HTMLElement {
  /** Lets the app save first; what is false or thrown keeps it from being updated.
   * @type {(() => unknown) | null} */
  onBeforeUpdate = null;

  #root = this.attachShadow({ mode: "open" });
  #dialog = element("dialog", { role: "alertdialog", closedby: "none", "aria-labelledby": "title", "aria-describedby": "message" });
  #title = element("h2", { id: "title" });
  #message = element("p", { id: "message" });
  /** This version and the oldest that works. */
  #facts = element("dl");
  #note = element("p", { role: "status" });
  /** The same in the banner. */
  #bannerNote = element("p");
  #button = element("button", { type: "button", class: "primary" });
  #banner = element("div", { role: "status" });
  /** @type {Asking | null} */
  #client = null;
  /** @type {Gate | null} */
  #gate = null;
  /** What the person put away. */
  #dismissed = "";
  #isBusy = false;
  #leave = () => {};

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
    this.#dialog.append(drawing(), this.#title, this.#message, this.#facts, this.#note, this.#button);
    this.#root.append(this.#banner, this.#dialog);
    this.#button.addEventListener("click", () => this.#act());
    this.#dialog.addEventListener("cancel", (event) => event.preventDefault());
    // Some browsers close it at the second Escape all the same.
    this.#dialog.addEventListener("close", () => this.#show());
  }

  /** @param {Asking | null} client */
  set client(client) {
    this.#client = client;
    if (this.isConnected) this.connectedCallback();
  }

  get client() {
    return this.#client;
  }

  connectedCallback() {
    this.#leave();
    if (!this.#client) return;
    this.#leave = this.#client.subscribe(() => this.#follow());
    this.#follow();
  }

  disconnectedCallback() {
    this.#leave();
    this.#dialog.close();
  }

  /**
   * Shows one gate, without a client.
   * @param {Gate} gate
   */
  show(gate) {
    this.#gate = gate;
    this.#show();
  }

  #follow() {
    this.show(/** @type {Asking} */ (this.#client).gate);
  }

  get #texts() {
    const language = this.closest("[lang]")?.getAttribute("lang") || navigator.language;
    return language.toLowerCase().startsWith("fr") ? TEXTS.fr : TEXTS.en;
  }

  #show() {
    if (!this.#gate || !this.isConnected) return;
    const { policyStatus, message } = this.#gate;
    const isBlocked = policyStatus === "HARD_BLOCK" || policyStatus === "MAINTENANCE";
    if (isBlocked) {
      const [title, usual] = this.#texts[policyStatus];
      this.#title.textContent = title;
      this.#message.textContent = message || usual;
      this.#showFacts(policyStatus === "HARD_BLOCK");
      this.#note.textContent = this.#isLate() ? this.#texts.late : "";
      this.#button.textContent = this.#mayUpdate() ? this.#texts.update : this.#texts.check;
      if (!this.#dialog.open) this.#dialog.showModal();
    } else {
      this.#gate = policyStatus === "SOFT_BLOCK" ? this.#gate : null;
      this.#dialog.close();
    }
    this.#showBanner(policyStatus === "SOFT_BLOCK" && this.#dismissed !== this.#named());
  }

  /** @param {boolean} isWanted */
  #showFacts(isWanted) {
    const { yours, minimum } = this.#texts;
    const known = [[yours, this.#client?.clientVersion], [minimum, this.#gate?.minSupported]].filter(([, value]) => isWanted && value);
    const terms = known.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
    this.#facts.replaceChildren(...terms);
  }

  /** @param {boolean} isWanted */
  #showBanner(isWanted) {
    const shown = this.#banner.firstElementChild;
    if (!isWanted) return this.#banner.replaceChildren();
    const { SOFT_BLOCK, update, later } = this.#texts;
    const text = this.#gate?.message || SOFT_BLOCK[1];
    if (shown?.firstElementChild?.textContent === text) return;
    const [line, go, away] = [element("p"), element("button", { type: "button", class: "primary" }), element("button", { type: "button" })];
    [line.textContent, go.textContent, away.textContent] = [text, update, later];
    go.disabled = this.#isBusy;
    this.#bannerNote.textContent = "";
    go.addEventListener("click", () => this.#act());
    away.addEventListener("click", () => {
      this.#dismissed = this.#named();
      this.#showBanner(false);
    });
    const box = element("div");
    box.append(line, this.#bannerNote, go, away);
    this.#banner.replaceChildren(box);
  }

  /** What is asked of the person, so that something new is shown though the old was put away. */
  #named() {
    return `${this.#gate?.latest} ${this.#gate?.minSupported} ${this.#gate?.message}`;
  }

  #isLate() {
    try {
      const [at, minimum] = JSON.parse(sessionStorage.getItem(MARK) ?? "[]");
      const isSame = this.#gate?.policyStatus === "HARD_BLOCK" && minimum === (this.#gate.minSupported ?? null);
      return isSame && Math.abs(Date.now() - at) < PATIENCE;
    } catch {
      return false;
    }
  }

  #mayUpdate() {
    return this.#gate?.policyStatus !== "MAINTENANCE" && !this.#isLate();
  }

  async #act() {
    if (!this.#mayUpdate()) {
      await this.#client?.refresh();
      return this.#show();
    }
    if (this.#isBusy) return;
    this.#setBusy(true);
    try {
      if ((await this.onBeforeUpdate?.()) === false) throw new Error("The app is not ready.");
      await this.#update();
    } catch {
      (this.#dialog.open ? this.#note : this.#bannerNote).textContent = this.#texts.failed;
    } finally {
      this.#setBusy(false);
    }
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    for (const button of [this.#button, this.#banner.querySelector("button")]) if (button) button.disabled = isBusy;
  }

  async #update() {
    const address = addressOf(this.#gate?.url ?? "") ?? new URL(location.href);
    if (address.origin !== location.origin) return location.assign(address.href);
    // It is the app itself, which may come from a cache.
    try {
      sessionStorage.setItem(MARK, JSON.stringify([Date.now(), this.#gate?.minSupported ?? null]));
    } catch {
      // Forbidden: the button reloads each time it is pressed.
    }
    await emptyCaches(address.href);
    const isHere = withoutHash(address.href) === withoutHash(location.href);
    if (!isHere || address.hash) location.assign(address.href);
    if (isHere) location.reload(); // another hash alone loads nothing
  }
}

/**
 * A web address or null: nothing that runs.
 * @param {string} text
 */
function addressOf(text) {
  const found = text && URL.canParse(text, location.href) ? new URL(text, location.href) : null;
  return found && ["http:", "https:"].includes(found.protocol) ? found : null;
}

/** @param {string} address */
function withoutHash(address) {
  return address.split("#")[0];
}

/**
 * The page as it is on its server: past service workers, the Cache API and the browser's own cache.
 * @param {string} address
 */
async function emptyCaches(address) {
  await Promise.allSettled([
    navigator.serviceWorker?.getRegistrations().then((all) => Promise.all(all.map((one) => one.unregister()))),
    globalThis.caches?.keys().then((names) => Promise.all(names.map((name) => caches.delete(name)))),
    fetch(address, { cache: "reload", signal: AbortSignal.timeout(LOADING) }).then((answer) => answer.blob()),
  ]);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string>} [attributes]
 * @param {string} [text]
 */
function element(name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  if (text) made.textContent = text;
  return made;
}

/** An arrow into a tray; decoration. */
function drawing() {
  const [svg, path] = ["svg", "path"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
  for (const [name, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  path.setAttribute("d", "M12 3v12m0 0 5-5m-5 5-5-5M5 21h14");
  svg.append(path);
  return svg;
}

customElements.define("icontrol-update-modal", UpdateModal);

/**
 * Blocks the page until it is updated.
 * @param {string} message
 * @param {string} [url] where the new version is; left out: here
 * @returns {UpdateModal}
 */
export function showUpdateModal(message, url = "") {
  const modal = new UpdateModal();
  document.body.append(modal);
  modal.show({ policyStatus: "HARD_BLOCK", requiresUpdate: true, message, url });
  return modal;
}
