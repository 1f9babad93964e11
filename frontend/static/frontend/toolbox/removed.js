// Entries of a list that are live and no longer in the draft: named, and brought back with one press.
import {icon, localized, say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import {list} from './sections.js';

/**
 * @param {import('./field-frame.js').Form & {readOnly: boolean}} form @param {string} field of a list whose entries have ids
 * @param {(entry: any) => void} bringBack
 */
export function removed(form, field, bringBack) {
  if (form.readOnly || !form.liveItem) return nothing;
  const here = new Set(list(form.item?.[field]).map(entry => entry?.id)), gone = list(form.liveItem[field]).filter(entry => !here.has(entry?.id));
  return gone.length === 0 ? nothing : html`<ul class="gone-list">${gone.map(entry => {
    const name = localized(entry.label) || entry.id;
    return html`<li><span class="tag removed">${icon('circle-minus', true)}${say('Removed')}</span> <span>${name}</span>
      <button type="button" class="lnk" aria-label=${say('Bring {name} back', {name})} @click=${() => bringBack(entry)}>${say('Bring back')}</button></li>`;
  })}</ul>`;
}
