// Every form that there is: one import for each module; it registers its sections.
import './flag-form.js';
import './json-form.js';
import './segment-form.js';
