// What Swagger UI leaves to the page: the theme, headings in their order, and landmarks around everything.
const dark = matchMedia('(prefers-color-scheme: dark)');
const page = document.documentElement;
const theme = () => page.classList.toggle('dark-mode', page.dataset.theme ? page.dataset.theme === 'dark' : dark.matches);
dark.addEventListener('change', theme);
theme();

const given = [
  ['h3.opblock-tag, .models > h4', {'aria-level': '2', role: 'heading'}],
  ['.information-container', {role: 'region', 'aria-label': 'About'}],
  ['.scheme-container', {role: 'region', 'aria-label': 'Authorization'}],
];
const mend = () => {
  for (const [what, attributes] of given) {
    for (const found of document.querySelectorAll(`:is(${what}):not([role])`)) {
      for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
    }
  }
};
new MutationObserver(mend).observe(document.getElementById('swagger-ui'), {childList: true, subtree: true});
