// Go's Sprintf for the values of templates: %v %s %d %q %t %f %g %e %x %X %c %%, flags, width and precision.
import { isFloat, printed, type Value } from './values.ts';

const VERB = /%([-+# 0]*)(\d+|\*)?(?:\.(\d+|\*)?)?([^])?/gu;

/** Go's bound is a million too. */
const WIDEST = 1_000_000;

/** What goes wrong in a call; the caller knows where. */
export class CallError extends Error {}

interface Form {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

export function sprintf(format: string, given: readonly Value[]): string {
  let next = 0;
  const text = format.replace(
    VERB,
    (whole: string, flags: string, wide?: string, precise?: string, verb?: string) => {
      if (verb === undefined) return '%!(NOVERB)';
      if (verb === '%') return '%';
      const number = (text: string | undefined): number =>
        text === '*' ? Number(given[next++]?.value ?? 0) : Number(text ?? 0);
      const width = number(wide);
      const precision = whole.includes('.') ? number(precise) : undefined;
      if (!(Math.max(Math.abs(width), precision ?? 0) <= WIDEST))
        throw new CallError(`a width or precision above ${WIDEST}`);
      const argument = given[next++];
      if (argument === undefined) return `%!${verb}(MISSING)`;
      return padded(formatted(verb, argument, { flags, width, precision }), { flags, width, precision });
    },
  );
  const extra = given.slice(next).map((each) => `${typeName(each)}=${printed(each)}`);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

function formatted(verb: string, of: Value, { flags, precision }: Form): string {
  const { value } = of;
  const plain = printed(of);
  const cut = (text: string) =>
    precision === undefined ? text : Array.from(text).slice(0, precision).join('');
  const sign = (text: string) =>
    text.startsWith('-') ? text : flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text;
  if (verb === 'v') return typeof value === 'string' ? cut(plain) : plain;
  if (verb === 's' && (typeof value === 'string' || typeof value === 'object')) return cut(plain);
  if (verb === 'q' && typeof value === 'string') return JSON.stringify(cut(plain));
  if ((verb === 'x' || verb === 'X') && typeof value === 'string')
    return cased(verb, Buffer.from(value).toString('hex'));
  if (verb === 't' && typeof value === 'boolean') return plain;
  if (typeof value === 'number') {
    if (isFloat(of)) {
      if (verb === 'f' || verb === 'F') return sign(value.toFixed(Math.min(precision ?? 6, DIGITS)));
      if (verb === 'e' || verb === 'E')
        return sign(cased(verb, exponent(value.toExponential(Math.min(precision ?? 6, DIGITS)))));
      if (verb === 'g' || verb === 'G')
        return sign(
          cased(verb, precision === undefined ? plain : general(value, Math.min(precision || 1, DIGITS))),
        );
    } else {
      if (verb === 'd') return sign(plain.replace(/\d+/, (digits) => digits.padStart(precision ?? 0, '0')));
      if (verb === 'x' || verb === 'X')
        return sign(`${flags.includes('#') ? '0x' : ''}${cased(verb, value.toString(16))}`);
      if (verb === 'o') return sign(value.toString(8));
      if (verb === 'b') return sign(value.toString(2));
      if (verb === 'c') return character(value);
      if (verb === 'q') return `'${character(value)}'`;
    }
  }
  return value === null || value === undefined ? `%!${verb}(<nil>)` : `%!${verb}(${typeName(of)}=${plain})`;
}

/** What JavaScript can print behind the point. */
const DIGITS = 100;

const character = (code: number) => (code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');

const cased = (verb: string, text: string) => (verb === verb.toUpperCase() ? text.toUpperCase() : text);
const exponent = (text: string) => text.replace(/e([+-])(\d)$/, 'e$10$2');

/** With so many digits, and an exponent where that is shorter. */
function general(value: number, digits: number): string {
  const power = Number(value.toExponential(digits - 1).split('e')[1]);
  if (power < -4 || power >= digits) {
    const [head = '', tail = ''] = value.toExponential(digits - 1).split('e');
    return exponent(`${trimmed(head)}e${tail}`);
  }
  return trimmed(value.toFixed(Math.min(digits - 1 - power, DIGITS)));
}

const trimmed = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

function padded(text: string, { flags, width }: Form): string {
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  if (!flags.includes('0')) return ' '.repeat(missing) + text;
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  return sign + '0'.repeat(missing) + rest;
}

export function typeName(of: Value): string {
  const { value } = of;
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return isFloat(of) ? 'float64' : 'int';
  if (Array.isArray(value)) return 'slice';
  return of.shape?.type === 'struct' ? of.shape.name : 'map';
}
