// Durations as Go writes and reads them: `1h5m`, `1.5s`, `-2µs`; nanoseconds inside.
import { textThat } from '../schema.ts';

const NANOSECONDS: ReadonlyMap<string, bigint> = new Map([
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ns', 1n],
]);
const SECOND = 1_000_000_000n;
const MOST = (1n << 63n) - 1n;
const TERM = /(\d*)(?:\.(\d*))?(h|ms|m|s|us|µs|μs|ns)/gy;

/** Nanoseconds; undefined when the text is no duration or exceeds 64 bits. */
export function parseDuration(text: string): bigint | undefined {
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0n;
  if (unsigned === '') return undefined;
  let total = 0n;
  let end = 0;
  for (const match of unsigned.matchAll(TERM)) {
    const [term, whole = '', fraction = '', unit = ''] = match;
    const scale = NANOSECONDS.get(unit);
    if (scale === undefined || (whole === '' && fraction === '')) return undefined;
    // Beyond 18 digits a fraction says nothing about nanoseconds.
    const digits = fraction.slice(0, 18);
    total += BigInt(whole || '0') * scale + (BigInt(digits || '0') * scale) / 10n ** BigInt(digits.length);
    end += term.length;
  }
  if (end !== unsigned.length || total > MOST) return undefined;
  return text.startsWith('-') ? -total : total;
}

/** As Go prints it: `1m30s`, `250ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const total = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (total === 0n) return '0s';
  if (total < SECOND) {
    const [unit, scale] =
      total < 1_000n
        ? (['ns', 1n] as const)
        : total < 1_000_000n
          ? (['µs', 1_000n] as const)
          : (['ms', 1_000_000n] as const);
    return `${sign}${decimal(total, scale)}${unit}`;
  }
  const seconds = `${decimal(total % (60n * SECOND), SECOND)}s`;
  const minutes = total / (60n * SECOND);
  if (minutes === 0n) return `${sign}${seconds}`;
  const hours = minutes / 60n;
  return `${sign}${hours === 0n ? '' : `${hours}h`}${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, scale: bigint): string {
  const fraction = (value % scale)
    .toString()
    .padStart(scale.toString().length - 1, '0')
    .replace(/0+$/, '');
  return fraction === '' || scale === 1n ? `${value / scale}` : `${value / scale}.${fraction}`;
}

export const goDuration = textThat(
  (value) => parseDuration(value) !== undefined,
  'invalid duration',
  'a duration such as 90s or 1h5m',
);
