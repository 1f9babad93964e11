// What the pages' modules use of `vendor/lit.js`, which is minified. Loose: Lit's own tests check Lit.
export const html: (strings: TemplateStringsArray, ...values: unknown[]) => any;
export const svg: typeof html;
export const css: typeof html;
export const nothing: any;
export class LitElement extends HTMLElement {
  [name: string]: any;
  static properties: any;
  static styles: any;
  readonly updateComplete: Promise<boolean>;
  readonly hasUpdated: boolean;
  readonly renderRoot: HTMLElement;
  requestUpdate(name?: PropertyKey, old?: unknown): void;
  connectedCallback(): void;
  disconnectedCallback(): void;
  attributeChangedCallback(name: string, old: string | null, value: string | null): void;
  createRenderRoot(): any;
  shouldUpdate(changed: Map<string, any>): boolean;
  willUpdate(changed: Map<string, any>): void;
  update(changed: Map<string, any>): void;
  updated(changed: Map<string, any>): void;
  firstUpdated(changed: Map<string, any>): void;
  performUpdate(): void;
  render(): unknown;
}
export const classMap: (classes: Record<string, unknown>) => any;
export const guard: (dependencies: unknown, render: () => unknown) => any;
export const ifDefined: (value: unknown) => any;
export const keyed: (key: unknown, value: unknown) => any;
export const live: (value: unknown) => any;
export const createRef: <T = any>() => { value?: T };
export const ref: (target: unknown) => any;
export const repeat: <T>(items: Iterable<T>, key: (item: T, index: number) => unknown, render: (item: T, index: number) => unknown) => any;
