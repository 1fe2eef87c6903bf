// The kinds that commands take, by any name that calicoctl or kubectl has for them.
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

/** As a person types it: `tier`, `IPPools`, `gnp`. */
export function namedKind(word: string): KindInfo {
  const info = resourceKind(kindAliases.get(word.toLowerCase()) ?? '');
  return info ?? refuse(`resource type '${word}' is not supported`);
}
