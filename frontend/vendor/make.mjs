// Writes frontend/static/frontend/vendor/: Lit as one module, the font, the icons, their licences, and checksums.json.
import {createHash} from 'node:crypto';
import {copyFile, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {build} from 'esbuild';

const ICONS = [
  'activity', 'arrow-down', 'arrow-left-right', 'arrow-up', 'bell', 'book-open', 'calendar', 'chart-column', 'check', 'chevron-down',
  'chevron-right', 'chevron-up', 'circle-check', 'circle-dot', 'circle-minus', 'circle-plus', 'circle-x', 'clock', 'code-xml', 'copy',
  'download', 'ellipsis', 'external-link', 'eye', 'eye-off', 'file-text', 'flag', 'gauge', 'gift', 'git-compare', 'globe',
  'grip-vertical', 'hash', 'history', 'house', 'info', 'key-round', 'languages', 'layers', 'life-buoy', 'link', 'list', 'lock',
  'log-out', 'monitor', 'move-vertical', 'package', 'palette', 'pencil', 'plus', 'power', 'qr-code', 'radio', 'receipt', 'redo-2',
  'rocket', 'rotate-ccw', 'search', 'send', 'settings', 'shield-check', 'sliders-horizontal', 'smartphone', 'sun-moon', 'table-2',
  'tablet', 'tag', 'trash-2', 'triangle-alert', 'type', 'undo-2', 'upload', 'user', 'users', 'wifi', 'wifi-off', 'x',
];
const here = new URL('.', import.meta.url);
const target = new URL('../static/frontend/vendor/', here);
const package_ = name => new URL(`node_modules/${name}/`, here);

await rm(target, {recursive: true, force: true});
await mkdir(target, {recursive: true});
await build({
  entryPoints: [new URL('lit.js', here).pathname], outfile: new URL('lit.js', target).pathname,
  bundle: true, format: 'esm', minify: true, target: 'es2022', legalComments: 'eof', conditions: ['production'],
});
const inter = new URL('files/', package_('@fontsource-variable/inter'));
await copyFile(new URL('inter-latin-wght-normal.woff2', inter), new URL('inter-latin.woff2', target));
await copyFile(new URL('inter-latin-ext-wght-normal.woff2', inter), new URL('inter-latin-ext.woff2', target));
const symbols = await Promise.all(ICONS.map(async name => {
  const drawn = await readFile(new URL(`icons/${name}.svg`, package_('lucide-static')), 'utf8');
  const inside = drawn.slice(drawn.indexOf('>', drawn.indexOf('<svg')) + 1, drawn.lastIndexOf('</svg>')).replace(/\s*\n\s*/g, '');
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${inside}</symbol>`;
}));
await writeFile(new URL('icons.svg', target), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`);
for (const [name, file] of [['lit', 'lit.LICENSE'], ['@fontsource-variable/inter', 'inter.LICENSE'], ['lucide-static', 'icons.LICENSE']]) {
  await copyFile(new URL('LICENSE', package_(name)), new URL(file, target));
}
const names = ['icons.LICENSE', 'icons.svg', 'inter-latin-ext.woff2', 'inter-latin.woff2', 'inter.LICENSE', 'lit.LICENSE', 'lit.js'];
const sums = {};
for (const name of names) {
  sums[name] = createHash('sha256').update(await readFile(new URL(name, target))).digest('hex');
}
await writeFile(new URL('checksums.json', target), JSON.stringify(sums, null, 2) + '\n');
