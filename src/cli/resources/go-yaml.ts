// YAML as kubectl and calicoctl print it (Go's yaml.v2 over JSON): keys sorted with numbers in them counted, lists not
// indented, each text in the plainest style that reads back as that text, long ones folded at blanks. A library would
// do all but the last two, and is ten times slower for a list of ten thousand objects.
// Texts are read back by readers of YAML 1.1 and 1.2: what either takes for a number, a date or a boolean is quoted.

const WIDTH = 80;

/** `value` is plain JSON. Ends with a newline. */
export function goYaml(value: unknown): string {
  const out: string[] = [];
  if (isFilled(value)) node(value, 0, out);
  else out.push(scalar(value, 0, 0), '\n');
  return out.join('');
}

type Json = Readonly<Record<string, unknown>>;

const isFilled = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** The cursor stands where the first line of it goes. */
function node(value: object, indent: number, out: string[]): void {
  if (Array.isArray(value)) {
    value.forEach((item: unknown, at) => {
      out.push(at === 0 ? '- ' : `${' '.repeat(indent)}- `);
      if (isFilled(item)) node(item, indent + 2, out);
      else out.push(scalar(item, indent + 2, indent + 2), '\n');
    });
    return;
  }
  const entries = Object.entries(value as Json).filter(([, entry]) => entry !== undefined);
  entries.sort(([a], [b]) => naturalOrder(a, b));
  entries.forEach(([key, entry], at) => {
    const name = text(key, undefined, 0);
    out.push(at === 0 ? '' : ' '.repeat(indent), name, ':');
    if (!isFilled(entry)) {
      out.push(' ', scalar(entry, indent + 2, indent + name.length + 2), '\n');
      return;
    }
    const inner = Array.isArray(entry) ? indent : indent + 2;
    out.push('\n', ' '.repeat(inner));
    node(entry, inner, out);
  });
}

function scalar(value: unknown, indent: number, column: number): string {
  if (typeof value === 'string') return text(value, indent, column);
  if (Array.isArray(value)) return '[]';
  if (typeof value === 'object' && value !== null) return '{}';
  return JSON.stringify(value ?? null);
}

/** What would be read as something else than a text. */
const SPECIAL =
  /^(?:|~|null|y|n|yes|no|on|off|true|false|<<|=|[-+]?\.(?:inf|nan))$|^[-+]?(?:0x[\da-f_]+|0b[01_]+|0o[0-7_]+|[\d_]*\d[\d_]*(?:\.[\d_]*)?(?:e[-+]?\d+)?|\.[\d_]*(?:e[-+]?\d+)?)$|^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$|^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ])/i;
/** Characters that only double quotes can show. */
// oxlint-disable-next-line no-control-regex -- those are what it is about
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/;
/** Where a plain text would be read as structure. */
const STRUCTURE = /^[#,[\]{}&*!|>'"%@`]|^[-?:](?:\s|$)|^---|^\.\.\.|:(?:\s|$)|\s#|^\s|\s$/;

/** Without `indent` it is a key: on one line. */
function text(value: string, indent: number | undefined, column: number): string {
  if (indent === undefined && value.includes('\n')) return doubleQuoted(value);
  if (SPECIAL.test(value) || UNPRINTABLE.test(wellFormed(value))) return doubleQuoted(value);
  if (value.includes('\n')) return indent === undefined ? doubleQuoted(value) : block(value, indent);
  if (!STRUCTURE.test(value)) return folded(value, indent, column);
  return `'${folded(value.replaceAll("'", "''"), indent, column + 1, 1)}'`;
}

/** Pairs of surrogates are characters like others. */
const wellFormed = (value: string): string => value.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '_');

/** Text of several lines as it stands, where that is possible. */
function block(value: string, indent: number): string {
  const lines = value.split('\n');
  if (lines.some((line) => line.endsWith(' ')) || /^[\n ]/.test(value)) return doubleQuoted(value);
  const chomp = !value.endsWith('\n') ? '-' : /\n\n$|^\n$/.test(value) ? '+' : '';
  if (value.endsWith('\n')) lines.pop();
  return `|${chomp}\n${lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line)).join('\n')}`;
}

/** A blank beyond the width becomes a new line; `quote`: the first and the last character stay where they are. */
function folded(value: string, indent: number | undefined, column: number, quote = 0): string {
  if (indent === undefined || column + value.length <= WIDTH) return value;
  let out = '';
  let at = column;
  for (let i = 0; i < value.length; i++) {
    const alone = value[i] === ' ' && value[i - 1] !== ' ' && value[i + 1] !== ' ';
    const inside = quote === 0 || (i > 0 && i < value.length - 1);
    if (alone && inside && at > WIDTH) {
      out += `\n${' '.repeat(indent)}`;
      at = indent;
    } else {
      out += value[i] ?? '';
      at++;
    }
  }
  return out;
}

const NAMED = new Map([
  ['\0', '\\0'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\u001b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0085', '\\N'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
]);

function doubleQuoted(value: string): string {
  const body = value.replace(
    // oxlint-disable-next-line no-control-regex -- what is escaped
    /[\ud800-\udbff][\udc00-\udfff]|["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/g,
    (char) => {
      if (char.length === 2) return char;
      const code = char.charCodeAt(0);
      const hex = code.toString(16).toUpperCase();
      return NAMED.get(char) ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`);
    },
  );
  return `"${body}"`;
}

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';
const isLetter = (char: string | undefined): boolean => char !== undefined && /\p{L}/u.test(char);

/** Texts in which numbers count as numbers, and what is no letter stands before letters, but not behind a digit. */
function naturalOrder(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  const [x, y] = [a[at], b[at]];
  if (x === undefined || y === undefined) return a.length - b.length;
  const [xLetter, yLetter] = [isLetter(x), isLetter(y)];
  if (xLetter !== yLetter) return isDigit(a[at - 1]) === xLetter ? -1 : 1;
  if (!xLetter) {
    const [m, n] = [numberAt(a, at), numberAt(b, at)];
    if (m.length !== n.length) return m.length - n.length;
    if (m !== n) return m < n ? -1 : 1;
  }
  return x < y ? -1 : 1;
}

/** The digits from here. */
const numberAt = (text: string, at: number): string => /^\d*/.exec(text.slice(at))?.[0] ?? '';
