// A tab of a page.
import {icon, say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import {localizedField, numberField, problemLines, referenceField, switchField} from './fields.js';
import {FormElement} from './form-element.js';
import {register} from './registry.js';
import {list} from './sections.js';

/**
 * @param {import('./field-frame.js').Form} form of a tab
 * @param {{inPage?: boolean}} [options] `inPage`: the page is known and the order is seen
 */
export const tabFields = (form, {inPage = false} = {}) => html`<div class="fields">
  ${localizedField({form, path: 'label', label: say('Label of the tab'), required: true})}
  ${inPage ? nothing : referenceField({form, path: 'pageId', label: say('Page that shows it'), section: 'pages', required: true})}
  ${referenceField({form, path: 'targetPageId', label: say('Page that it opens'), section: 'pages', none: say('none: the tab shows its own tables')})}
  ${referenceField({form, path: 'flag', label: say('Only when this flag is on'), section: 'featureFlags', none: say('always')})}
  ${inPage ? nothing : numberField({form, path: 'order', label: say('Order'), required: true, hint: say('Tabs of a page are sorted by it')})}
  ${switchField({form, path: 'visible', label: say('Visible'), required: true})}</div>`;

class TabForm extends FormElement {
  render() {
    if (!this.item) return nothing;
    const tables = list(this.draft.snapshot.tables).filter(table => table?.tabId === this.itemId);
    return html`<div class="form">${problemLines(this.problemsAt('').filter(problem => problem.path === ''))}${tabFields(this)}
      ${tables.length ? html`<section><h2>${say('Tables in this tab')}</h2><ul class="links-list">${tables.map(table => html`<li><a href=${`#/tables/${encodeURIComponent(table.id)}`}>${icon('table-2', true)}<span class="mono">${table.id}</span></a></li>`)}</ul></section>` : nothing}</div>`;
  }
}
customElements.define('tb-tab', TabForm);
register('tabs', 'tb-tab');
