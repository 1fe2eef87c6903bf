// The UID that Calico shows for an object that Kubernetes keeps: its own, with the bits of every byte in reverse, but for
// the two that hold the version and the variant, so that an object of Calico and the one that stores it differ.
const FIXED = new Set([6, 8]);

/** Its own inverse. Undefined for what is no UUID. */
export function reversedUid(uid: string): string | undefined {
  const hex = uid.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined;
  const bytes = Array.from({ length: 16 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));
  const text = bytes
    .map((byte, at) => (FIXED.has(at) ? byte : reversed(byte)).toString(16).padStart(2, '0'))
    .join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}

function reversed(byte: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) result |= 128 >> bit;
  return result;
}
