// Quantities of Kubernetes (`10M`, `4Gi`, `1.5k`, `2e3`) as whole numbers, rounded away from zero as its API does. By hand:
// the Kubernetes client has a parser, which takes whatever parseFloat takes and is too large for this room.
const QUANTITY = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([KMGTPE])i|[eE]([+-]?\d+)|([numkMGTPE]?))$/;
const BINARY = 'KMGTPE';
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
/** Beyond it a number is as large, or as small, as can be; and nobody can make us compute with a billion digits. */
const MOST_DIGITS = 30;

/** Undefined for what is no quantity. */
export function parseQuantity(text: string): bigint | undefined {
  const match = QUANTITY.exec(text);
  if (!match) return undefined;
  const [, sign = '', digits = '', binary, exponent, decimal = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const factor = binary === undefined ? 1n : 1024n ** BigInt(BINARY.indexOf(binary) + 1);
  const power =
    (exponent === undefined ? (DECIMAL[decimal] ?? 0) : clamped(Number(exponent))) - fraction.length;
  const unscaled = BigInt(`${whole}${fraction}`) * factor;
  const size = power >= 0 ? unscaled * 10n ** BigInt(power) : divideUp(unscaled, 10n ** BigInt(-power));
  return sign === '-' ? -size : size;
}

const clamped = (exponent: number) => Math.max(-MOST_DIGITS, Math.min(MOST_DIGITS, exponent));
const divideUp = (value: bigint, by: bigint) => (value + by - 1n) / by;
