// Whether a design token's value is safe in a stylesheet and fits its category: as `configs/validation/tokens.py` decides,
// which says what the letters mean; a test holds both together.

export const UNSAFE = /[;{}<\\\u0000-\u001f\u007f\u2028\u2029]|\/\*|\*\/|@import|(?:url|src|image|image-set|element|expression)\(/i;
export const COLOR_NAMES = `
aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood
cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray
darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen
darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue
firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew
hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray
lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue
mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred
midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid
palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple
rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue
slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
whitesmoke yellow yellowgreen transparent currentcolor`;
const TOKEN = /(?<space>[ ]+)|(?<number>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]+)?(?![0-9.]))(?<unit>%|[a-z]+)?|#(?<hash>[0-9a-f]+)(?![-\w])|(?<call>(?:-?[a-z][-\w]*)?)\(|(?<word>--[-\w]+|-?[a-z_\u0080-\u{10ffff}][-\w\u0080-\u{10ffff}]*)|(?<string>"[^"]*"|'[^']*')|(?<mark>[,/)*+-])/yu;

/** @param {[string, string][]} pairs @returns {Map<string, string>} */
const letters = pairs => new Map(pairs.flatMap(([words, letter]) => words.trim().split(/\s+/).map(word => /** @type {[string, string]} */ ([word, letter]))));

const UNITS = letters([
  ['px cm mm q in pc pt em rem ex rex ch rch cap rcap ic ric lh rlh vw svw lvw dvw vh svh lvh dvh vi svi lvi dvi vb svb lvb dvb vmin svmin lvmin dvmin vmax svmax lvmax dvmax cqw cqh cqi cqb cqmin cqmax', 'l'],
  ['%', 'p'], ['deg grad rad turn', 'a'], ['fr', 'f'],
]);
const KEYWORDS = letters([
  [COLOR_NAMES, 'c'],
  ['srgb srgb-linear display-p3 a98-rgb prophoto-rgb rec2020 xyz xyz-d50 xyz-d65', 's'],
  ['to at top left right bottom center circle ellipse closest-side closest-corner farthest-side farthest-corner shorter longer increasing decreasing hue oklab oklch lab lch hsl hwb', 'g'],
  ['from', 'y'], ['in', 'x'], ['inset', 'i'], ['none', 'o'],
]);
const WORD = 'wcsgyxiok', PART = 'n0paNPAomv', LENGTH = '[0lpLPmv]', COLOR = '[hcv]';
const MIXED = `(${COLOR}[n0paNPAom]?|[n0paNPAom]${COLOR})`, STOP = '[0lpaLPAmhcvgsyx]', TRACK = `n0lpfNLPFtmv/${WORD}`;
const CALCULATION = `[n0lpafuNLPAFU${WORD}mvb,/*+-]+`;
const components = (/** @type {string} */ space) => `${space}[${PART}]{3}(/[${PART}])?|y${COLOR}${space}[${PART}${WORD}]{3}(/[${PART}${WORD}])?|(y${COLOR})?${space}(?=.*v)[${PART},/]+`;
const whole = (/** @type {string} */ pattern) => new RegExp(`^(?:${pattern})$`);

/** Name of a function → its allowed arguments, and the letter of the whole. @type {Map<string, [RegExp, string]>} */
const FUNCTIONS = new Map([['', [whole(CALCULATION), 'b']], ...[
  ['k.*', 'v', 'var'], [`[${WORD}].*`, 'v', 'env'],
  [CALCULATION, 'm', 'calc min max clamp round mod rem abs sign sin cos tan asin acos atan atan2 pow sqrt hypot log exp'],
  [`[${PART}](,[${PART}]){2,3}|${components('')}`, 'h', 'rgb rgba hsl hsla hwb lab lch oklab oklch'],
  [components('s'), 'h', 'color'], [`${COLOR},${COLOR}`, 'h', 'light-dark'], [`x[${WORD}]+,${MIXED},${MIXED}`, 'h', 'color-mix'],
  [`(?=.*${COLOR})${STOP}+(,${STOP}+)*`, 'G', 'linear-gradient radial-gradient conic-gradient repeating-linear-gradient repeating-radial-gradient repeating-conic-gradient'],
  [`[${TRACK},]+`, 't', 'minmax repeat fit-content'],
].flatMap(([inside, letter, names]) => names.split(' ').map(name => /** @type {[string, [RegExp, string]]} */ ([name, [whole(inside), letter]])))]);
const RADII = '[0lpmv]{1,4}', FONT = `[n0lpNLP"/mv${WORD}]+`;
const SHADOW = `(v|(?![^,]*i[^,]*i)(?![^,]*[hc][^,]*[hc])([ihc]*${LENGTH}{2,4}[ihc]*|i?${LENGTH}{5}i?))`;

/** category → pattern of its letters, and whether a number will do. @type {Record<string, [RegExp, boolean]>} */
const CATEGORIES = {
  color: [whole(COLOR), false], spacing: [whole(`${LENGTH}{1,4}`), true], radius: [whole(`${RADII}(/${RADII})?`), true],
  typography: [whole(`${FONT}(,${FONT})*`), true], layout: [whole(`[${TRACK}]+`), true], shadow: [whole(`o|${SHADOW}(,${SHADOW})*`), false],
  gradient: [whole('o|[Ghcv](,[Ghcv])*'), false],
};
export const TOKEN_CATEGORIES = [...Object.keys(CATEGORIES), 'other'];

/** Whether every quote and bracket is closed. @param {string} text */
export function closed(text) {
  const expected = [];
  let quote = '';
  for (const char of text) {
    if (quote) quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '(' || char === '[') expected.push(char === '(' ? ')' : ']');
    else if ((char === ')' || char === ']') && expected.pop() !== char) return false;
  }
  return !quote && expected.length === 0;
}

/** @param {Record<string, string | undefined>} part @returns {string} */
function letterOf(part) {
  if (part.number !== undefined) {
    const letter = part.unit ? UNITS.get(part.unit) ?? 'u' : Number(part.number) ? 'n' : '0';
    return Number(part.number) < 0 ? letter.toUpperCase() : letter;
  }
  if (part.hash !== undefined) return [3, 4, 6, 8].includes(part.hash.length) ? 'h' : '?';
  if (part.word !== undefined) return part.word.startsWith('--') ? 'k' : KEYWORDS.get(part.word) ?? 'w';
  if (part.string !== undefined) return '"';
  return part.space !== undefined ? '' : part.mark ?? '?';
}

/** One letter for each part of a closed value; `?` for an unknown part. @param {string} value */
export function lettersOf(value) {
  const text = value.toLowerCase(), stack = [{name: '', inside: ''}];
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) break;
    at = TOKEN.lastIndex;
    const part = /** @type {Record<string, string | undefined>} */ (match.groups);
    if (part.call !== undefined) stack.push({name: part.call, inside: ''});
    else if (part.mark === ')') {
      const {name, inside} = stack.pop() ?? {name: '', inside: ''}, rule = FUNCTIONS.get(name);
      stack[stack.length - 1].inside += rule && rule[0].test(inside) ? rule[1] : '?';
    } else stack[stack.length - 1].inside += letterOf(part);
  }
  return at === text.length ? stack[0].inside : '?';
}

/**
 * @param {string} category @param {any} value
 * @returns {'' | 'token.unsafe' | 'token.value'} the code of the problem, or ''
 */
export function tokenProblem(category, value) {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  if (typeof value === 'string' && (UNSAFE.test(value) || !closed(value))) return 'token.unsafe';
  const rule = CATEGORIES[category];
  if (!rule) return '';
  const [pattern, takesNumbers] = rule;
  if (typeof value === 'string') return pattern.test(lettersOf(value)) ? '' : 'token.value';
  return takesNumbers && (category !== 'radius' || value >= 0) ? '' : 'token.value';
}
