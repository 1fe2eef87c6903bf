// Random selectors over the world's labels.
import type { Random } from './random.ts';
import { LABELS } from './universe.ts';

type Vocabulary = Readonly<Record<string, readonly string[]>>;
const quote = (value: string): string => `'${value}'`;

/** Mostly small: what selects nothing or everything decides nothing. */
export function selector(rand: Random, labels: Vocabulary = LABELS, depth = 0): string {
  if (depth < 2 && rand.chance(0.25)) {
    const parts = Array.from({ length: rand.between(2, 3) }, () => selector(rand, labels, depth + 1));
    return `(${parts.join(rand.pick([' && ', ' || ']))})`;
  }
  if (rand.chance(0.12))
    return `!${rand.chance(0.5) ? `(${selector(rand, labels, 2)})` : selector(rand, labels, 2)}`;
  return term(rand, labels);
}

function term(rand: Random, labels: Vocabulary): string {
  const label = rand.pick(Object.keys(labels));
  const values = labels[label] ?? [];
  const value = rand.pick(values);
  return rand.weighted([
    [6, () => `${label} == ${quote(value)}`],
    [2, () => `${label} != ${quote(value)}`],
    [2, () => `has(${label})`],
    [2, () => `${label} in {${rand.some(values, rand.between(1, 2)).map(quote).join(', ')}}`],
    [1, () => `${label} not in {${quote(value)}, 'none'}`],
    [1, () => `${label} contains ${quote(value.slice(1, 3))}`],
    [1, () => `${label} starts with ${quote(value.slice(0, 2))}`],
    [1, () => `${label} ends with ${quote(value.slice(-2))}`],
    [1, () => 'all()'],
  ])();
}
