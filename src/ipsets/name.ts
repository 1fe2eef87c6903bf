// Names of IP sets: `tortie-<family><use>-<hash>`, 31 characters, the most that ipset takes. The family and the letter
// of the use are part of the name, so that a set which changes its use becomes a new set; a set used both ways and a
// port set also hash their members, so that a change of members is a new set and no rule ever sees it half changed.
import { createHash } from 'node:crypto';
import type { Family } from '../net/types.ts';
import type { IpsetUse } from './types.ts';

export const IPSET_PREFIX = 'tortie-';
export const IPSET_NAME_MAX = 31;

const LETTER: Readonly<Record<IpsetUse, string>> = { loosens: 'l', restricts: 'r', mixed: 'm' };

/** `parts` identify the set; for a set named by its content they include the members, sorted. */
export function ipsetName(family: Family | 'p', use: IpsetUse, parts: readonly string[]): string {
  const head = `${IPSET_PREFIX}${family}${LETTER[use]}-`;
  const hash = createHash('sha256').update(parts.join('\n')).digest('base64url');
  return head + hash.slice(0, IPSET_NAME_MAX - head.length);
}

/** The set to fill before it is swapped into place; one per type and family, so that `create -exist` always fits. */
export function scratchName(set: { readonly type: string; readonly family?: Family }): string {
  return `${IPSET_PREFIX}t${set.family ?? ''}-${set.type.replace(/[^a-z]/g, '-')}`;
}

/** Whether a set found in the kernel is ours: by its name alone. */
export function isOurIpset(name: string): boolean {
  return name.startsWith(IPSET_PREFIX);
}
