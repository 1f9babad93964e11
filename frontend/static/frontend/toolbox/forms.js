// Every form that there is: one import for each module; it registers its sections.
import './json-form.js';
