// A YAML stream cut at its document markers, so that a document that cannot be read does not take others with it, and
// one document can be read again when a position in it is asked for.

export interface Chunk {
  /** Offsets in the file. */
  readonly start: number;
  readonly end: number;
}

/** A chunk begins with the `---` of its document; directives stay with the document that they precede. */
export function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  for (const marker of text.matchAll(/^---(?=\s|$)/gm)) {
    const at = marker.index;
    if (at === start || isOnlyDirectives(text, start, at)) continue;
    chunks.push({ start, end: at });
    start = at;
  }
  chunks.push({ start, end: text.length });
  return chunks;
}

function isOnlyDirectives(text: string, start: number, end: number): boolean {
  const before = text.slice(start, end);
  if (!before.includes('%')) return false;
  const lines = before.split('\n');
  return lines.some((line) => line.startsWith('%')) && lines.every((line) => /^(%|\s*(#|$))/.test(line));
}
