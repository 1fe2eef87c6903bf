// All cases of the datastore contract, by name.
import type { Case } from './case.ts';
import { KEYS } from './keys.ts';
import { LIFE } from './life.ts';
import { READS } from './reads.ts';
import { VALUES } from './values.ts';
import { WATCHES } from './watches.ts';
import { WRITES } from './writes.ts';

const ALL = { ...WRITES, ...KEYS, ...READS, ...VALUES, ...WATCHES, ...LIFE };

export type CaseName = keyof typeof ALL;

export const CASES: Readonly<Record<CaseName, Case>> = ALL;
