import { expect, it } from 'vitest';
import { BUILTINS } from '../resources/index.ts';
import { feed } from './feed.ts';
import type { ResourceUpdate } from './types.ts';

it('gives one batch in the order of keys, then in-sync', () => {
  const calls: (string | string[])[] = [];
  const onUpdates = (updates: readonly ResourceUpdate[]) => calls.push(updates.map(({ key }) => key));
  const onStatus = (status: string) => calls.push(status);
  feed([...BUILTINS].reverse(), { onUpdates, onStatus });
  expect(calls).toEqual([
    'resync-in-progress',
    ['Profile/projectcalico-default-allow', 'Tier/default', 'Tier/kube-admin', 'Tier/kube-baseline'],
    'in-sync',
  ]);
});
