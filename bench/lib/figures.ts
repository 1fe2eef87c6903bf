// Figures of several runs, and what they are held against.
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** One line, and a failure of the whole when the limit is not kept. */
export function verdict(
  what: string,
  value: number,
  limit: number,
  kind: 'at most' | 'at least' = 'at most',
): void {
  const kept = kind === 'at most' ? value <= limit : value >= limit;
  if (!kept) process.exitCode = 1;
  const shown = value < 100 ? value.toFixed(2) : value.toFixed(0);
  console.log(`${kept ? 'kept  ' : 'MISSED'} ${what}: ${shown}, ${kind} ${limit}`);
}
