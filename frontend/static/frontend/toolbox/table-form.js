// A table: where it stands, its columns and the actions of its rows.
import {say} from '../lib.js';
import {html, nothing} from '../vendor/lit.js';
import './actions-form.js';
import './columns-form.js';
import {problemLines, referenceField, switchField} from './fields.js';
import {FormElement} from './form-element.js';
import {register} from './registry.js';

class TableForm extends FormElement {
  render() {
    const form = this, {item, draft} = this;
    if (!item) return nothing;
    return html`<div class="form">${problemLines(this.problemsAt('').filter(problem => problem.path === ''))}
      <div class="fields">${referenceField({form, path: 'pageId', label: say('Page'), section: 'pages', required: true})}
        ${referenceField({form, path: 'tabId', label: say('Tab of that page'), section: 'tabs', none: say('none: on the page itself'), fits: id => draft.find('tabs', id)?.pageId === item.pageId})}
        ${switchField({form, path: 'visible', label: say('Visible'), required: true})}</div>
      <section><tb-columns .draft=${draft} .itemId=${this.itemId}></tb-columns></section>
      <section><tb-actions .draft=${draft} .itemId=${this.itemId}></tb-actions></section></div>`;
  }
}
customElements.define('tb-table', TableForm);
register('tables', 'tb-table');
