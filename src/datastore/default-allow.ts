// The profile that every store has without storing it: where nothing else applies, all is allowed.
import type { Entry, ObjectKey, Selection } from './types.ts';
import { compareKeys, selects } from './keys.ts';

const NAME = 'projectcalico-default-allow';

const ENTRY: Entry = {
  key: { kind: 'Profile', name: NAME },
  value: {
    kind: 'Profile',
    apiVersion: 'projectcalico.org/v3',
    metadata: { name: NAME, resourceVersion: '1' },
    spec: { ingress: [{ action: 'Allow' }], egress: [{ action: 'Allow' }] },
  },
  revision: '1',
};

/** The answer to a get of it; undefined for every other key. */
export const defaultAllowProfile = ({ kind, name }: ObjectKey): Entry | undefined =>
  kind === 'Profile' && name === NAME ? ENTRY : undefined;

/** The entries of a list, in order, with the profile in its place where it is selected. */
export function withDefaultAllowProfile(selection: Selection, entries: readonly Entry[]): readonly Entry[] {
  if (selection.kind !== 'Profile' || !selects(selection, ENTRY.key)) return entries;
  const others = entries.filter(({ key }) => key.name !== NAME);
  return [...others, ENTRY].sort((a, b) => compareKeys(a.key, b.key));
}
