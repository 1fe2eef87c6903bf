// What the makers of random resources share.
import type { Random } from './random.ts';
import { type Raw, rule } from './rules.ts';
import { LABELS } from './universe.ts';

export const TIERS = ['default', 'security', 'kube-admin', 'kube-baseline', 'extra'] as const;

export function resource(kind: string, name: string, spec: Raw, more: Raw = {}): Raw {
  return { apiVersion: 'projectcalico.org/v3', kind, metadata: { name, ...more }, spec };
}

export function labels(
  rand: Random,
  vocabulary: Readonly<Record<string, readonly string[]>> = LABELS,
): Record<string, string> {
  const chosen = rand.some(Object.keys(vocabulary), rand.between(1, Object.keys(vocabulary).length));
  return Object.fromEntries(chosen.map((label) => [label, rand.pick(vocabulary[label] ?? [''])]));
}

export function someRules(rand: Random, low: number, high: number, profile = false): Raw[] {
  return Array.from({ length: rand.between(low, high) }, () => rule({ rand, profile }));
}

/** HTTP is matched on ingress only. */
export function withoutHttp(one: Raw): Raw {
  return Object.fromEntries(Object.entries(one).filter(([field]) => field !== 'http'));
}
