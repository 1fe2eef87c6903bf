// What a whole run (`npm run conformance`) has seen, a JSON line each in the file that TORTIE_CONFORMANCE names, from
// which scripts/conformance.mjs writes docs/conformance.md. Without that variable nothing is written.
import { appendFileSync } from 'node:fs';
import type { Family } from '../../src/net/index.ts';

export interface Seen {
  readonly suite: string;
  readonly backend: 'evaluator' | 'nftables' | 'iptables-nft' | 'iptables-legacy';
  readonly family: Family;
  readonly case: string;
  readonly steps: number;
  /** Verdicts compared. */
  readonly cells: number;
}

/** Whether every case is asked of every backend, not only a sample. */
export const whole = (process.env['TORTIE_CONFORMANCE'] ?? '') !== '';

export function record(seen: Seen): void {
  const file = process.env['TORTIE_CONFORMANCE'];
  if (file !== undefined && file !== '') appendFileSync(file, `${JSON.stringify(seen)}\n`);
}
