// Buttons that copy a text of the page. Without a script there are none: the text can be selected.
import {say} from '../lib.js';

/** How long a button says that it has copied. */
const SAID = 4000;

/** @param {ParentNode} root */
export function offerCopies(root) {
  if (!navigator.clipboard) return;
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll('button[data-copy]'))) {
    const label = /** @type {Node[]} */ ([...button.childNodes]);
    const said = document.createElement('span');
    said.setAttribute('role', 'status');
    button.hidden = false;
    button.after(said);
    button.addEventListener('click', async () => {
      const source = document.getElementById(button.dataset.copy ?? '');
      try {
        await navigator.clipboard.writeText(source?.textContent?.trim() ?? '');
        said.textContent = say('Copied');
      } catch {
        said.textContent = say('The browser did not allow it: select the text and copy it.');
      }
      setTimeout(() => { said.textContent = ''; button.replaceChildren(...label); }, SAID);
    });
  }
}
