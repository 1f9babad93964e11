// Reads {items: [[section, item], …], tokens: [[category, value], …]}; writes what the browser's checks find.
import {readFileSync} from 'node:fs';

// What lib.js and Lit look at when they are loaded.
Object.assign(globalThis, {document: {documentElement: {lang: 'en'}, createTreeWalker: () => ({}), createComment: () => ({})}, HTMLElement: class {}});
const {findings} = await import('../../../frontend/static/frontend/toolbox/check.js');
const {tokenProblem} = await import('../../../frontend/static/frontend/toolbox/token-values.js');
const schema = JSON.parse(readFileSync(new URL('../../../configs/schema/snapshot.schema.json', import.meta.url), 'utf8'));
const {items, tokens} = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify({
  items: items.map(([section, item]) => findings(schema, section, item).map(({path, code, message}) => [path, code, message])),
  tokens: tokens.map(([category, value]) => tokenProblem(category, value)),
}));
