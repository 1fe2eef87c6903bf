// The order of Go's strings: by UTF-8 bytes, which is by code point. JavaScript compares UTF-16 units, which differs
// where a surrogate pair meets U+E000 to U+FFFF; canonical texts and their hashes must not.

export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Units equal so far, so both stand at the same place of their characters: a surrogate is beyond every other unit.
    const xHigh = x >= 0xd800 && x <= 0xdfff;
    const yHigh = y >= 0xd800 && y <= 0xdfff;
    if (xHigh !== yHigh) return xHigh ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}
