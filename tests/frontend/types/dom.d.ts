// Of what a selector or an event finds, TypeScript knows only that it is some element. Our modules know which.
interface EventTarget {
  checked: any;
  closest: any;
  readonly dataset: DOMStringMap;
  files: any;
  name: any;
  selectedOptions: any;
  value: any;
}
interface Element {
  [name: string]: any;
}
