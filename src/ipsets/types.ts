// An IP set of the kernel (ipset) as a value: what `ipset save` would print of it, and what it is for.
import type { Family } from '../net/types.ts';
import type { ResourceKey } from '../resources/types.ts';

export type IpsetType = 'hash:net' | 'hash:ip,port' | 'bitmap:port';

/**
 * What adding a member does: `loosens` (used only positively in allow rules, or negatively in deny rules),
 * `restricts` (the reverse), `mixed` (both, or in a pass rule): then the name carries a hash of the members, so that a
 * change of members is a new set. The letter is part of the name, so that a change of use is a new set as well.
 */
export type IpsetUse = 'loosens' | 'restricts' | 'mixed';

export interface Ipset {
  readonly name: string;
  readonly type: IpsetType;
  /** Absent for `bitmap:port`, which belongs to both families. */
  readonly family?: Family;
  /** Options as they stand in `create`, after the family: `maxelem 1048576`, `range 0-65535`. */
  readonly options: string;
  /** As `ipset save` prints them, sorted. */
  readonly members: readonly string[];
  readonly use: IpsetUse;
  readonly cause?: ResourceKey;
  readonly description?: string;
}
