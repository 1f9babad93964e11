// Every form that there is: one import for each module; it registers its sections.
import './access-forms.js';
import './extra-form.js';
import './flag-form.js';
import './json-form.js';
import './object-form.js';
import './page-form.js';
import './segment-form.js';
import './tab-form.js';
import './table-form.js';
import './tokens-form.js';
