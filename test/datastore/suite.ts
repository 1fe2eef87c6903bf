// The contract of src/datastore/types.ts as tests, run by every backend. A backend leaves a case out only by its name
// and with a reason, which is printed. The cases use kinds that every store can write, and objects that an API server
// accepts.
/* oxlint-disable vitest/no-conditional-tests, vitest/expect-expect, vitest/valid-title -- the cases assert */
import { afterEach, describe, expect, test } from 'vitest';
import type { Datastore } from '../../src/datastore/index.ts';
import { CASES, type CaseName } from './cases/index.ts';

export interface Backend {
  readonly name: string;
  /** A handle to an empty store; called for every case. */
  readonly open: () => Promise<Datastore>;
  /** Two that exist, where namespaces must. */
  readonly namespaces?: readonly [string, string];
  readonly without?: Readonly<Partial<Record<CaseName, string>>>;
  readonly timeout?: number;
}

export function testDatastore(backend: Backend): void {
  const [first, second] = backend.namespaces ?? ['ns-1', 'ns-2'];
  describe(`datastore contract: ${backend.name}`, () => {
    let open: Datastore[] = [];
    afterEach(async () => {
      const handles = open;
      open = [];
      for (const handle of handles) await handle.close();
    });
    for (const [name, run] of Object.entries(CASES)) {
      const reason = backend.without?.[name as CaseName];
      if (reason !== undefined) {
        test(`${name}: not here, ${reason}`, () => {
          expect(reason.length, 'a reason in words').toBeGreaterThan(10);
        });
        continue;
      }
      test(
        name,
        async () => {
          const store = await backend.open();
          open.push(store);
          await run({ store, first, second });
        },
        backend.timeout ?? 60_000,
      );
    }
  });
}
