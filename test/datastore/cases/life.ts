// Before and after. A part of the datastore contract (../suite.ts).
/* oxlint-disable vitest/no-standalone-expect -- the suite makes a test of each case */
import { expect } from 'vitest';
import { GLOBAL_SETS, globalSet, networkSet } from '../helpers.ts';
import type { Case } from './case.ts';

export const LIFE = {
  async 'ensureInitialized can be called again'({ store }) {
    await store.ensureInitialized();
    await store.ensureInitialized();
    expect((await store.list(GLOBAL_SETS)).items).toEqual([]);
  },
  async 'clean removes everything'({ store, first }) {
    await store.create(globalSet('a'));
    await store.create(networkSet(first, 'a'));
    await store.clean();
    expect((await store.list(GLOBAL_SETS)).items).toEqual([]);
    expect((await store.list({ kind: 'NetworkSet' })).items).toEqual([]);
    await store.create(globalSet('a'));
  },
} satisfies Record<string, Case>;
