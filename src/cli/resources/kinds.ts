// The kinds that commands take, by any name that calicoctl or kubectl has for them.
import { suggest } from '../../errors/index.ts';
import { kindAliases, KINDS, type KindInfo } from '../../resources/catalogue.ts';
import { refuse } from './failure.ts';

/** IPAM's own books, and what has no resource behind it. */
const HIDDEN: ReadonlySet<string> = new Set(['BlockAffinity', 'IPAMBlock', 'IPAMHandle', 'LiveMigration']);

/** Of the catalogue, in its order. */
export const RESOURCE_KINDS: readonly KindInfo[] = [...KINDS.values()].filter(
  ({ kind }) => !HIDDEN.has(kind),
);

const BY_KIND: ReadonlyMap<string, KindInfo> = new Map(RESOURCE_KINDS.map((info) => [info.kind, info]));

/** As a document spells it. */
export const resourceKind = (kind: string): KindInfo | undefined => BY_KIND.get(kind);

/** As a person types it: `tier`, `IPPools`, `gnp`, and with the group of the API, as kubectl has it. */
export function namedKind(word: string): KindInfo {
  const bare = word.toLowerCase().replace(/\.(?:crd\.)?projectcalico\.org$/, '');
  const info = resourceKind(kindAliases.get(bare) ?? '');
  return info ?? refuse(`resource type '${word}' is not supported`, adviceOn(bare));
}

/** What Kubernetes has, and where Calico has something of it. */
const OF_KUBERNETES: ReadonlyMap<string, string> = new Map([
  ['po', 'workloadendpoints are what Calico makes of pods'],
  ['pod', 'workloadendpoints are what Calico makes of pods'],
  ['ns', 'profiles are what Calico makes of namespaces'],
  ['namespace', 'profiles are what Calico makes of namespaces'],
  ['sa', 'profiles are what Calico makes of service accounts'],
  ['serviceaccount', 'profiles are what Calico makes of service accounts'],
  ['all', 'one kind at a time; everything is in `datastore export`'],
]);

/** Short ones are near to anything short. */
const LONG_NAMES: readonly string[] = [...kindAliases.keys()].filter(
  (alias) => alias.length > 3 && resourceKind(kindAliases.get(alias) ?? ''),
);

function adviceOn(word: string): string | undefined {
  if (word.includes(',')) return 'one kind at a time';
  if (word.includes('/')) return 'the name stands behind the kind, with a blank';
  const known = OF_KUBERNETES.get(word) ?? OF_KUBERNETES.get(word.replace(/s$/, ''));
  if (known !== undefined) return known;
  const near = suggest(word, LONG_NAMES);
  return near === undefined ? undefined : `did you mean ${near}?`;
}
