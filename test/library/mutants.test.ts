// The faults of `npm run mutants` follow the code: each can still be made.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MUTANTS, mutated } from '../../scripts/mutants/index.ts';

it.each(MUTANTS)('$name', (fault) => {
  const text = readFileSync(fault.file, 'utf8');
  expect(mutated(fault, text)).not.toBe(text);
});

it('has no two faults of one name', () => {
  const names = MUTANTS.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
