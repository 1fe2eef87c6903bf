// The stages of host endpoints (docs/semantics.md) as nft sees them: where each stands, which list it asks, and what is
// different in it. Their names begin the names of their maps and chains.
import type { Direction } from '../../resources/index.ts';
import type { CallList, HostProgram } from '../program.ts';

export interface HostStage {
  readonly name: string;
  readonly list: 'untracked' | 'preDnat' | 'forward' | 'normal';
  readonly direction: Direction;
  /** Which interface of the packet is asked for its host endpoint. */
  readonly side: 'iifname' | 'oifname';
  /**
   * `flag`: an allow also sets the accepted bit, for the stages behind; `untrack`: and takes the packet away from
   * conntrack.
   */
  readonly allow: 'accept' | 'flag' | 'untrack';
  /** Absent: the stage lets no failsafes through. */
  readonly failsafes?: 'in' | 'out';
  /** `*` also is the host endpoint of what has a workload's interface. */
  readonly workloads: boolean;
  /** Kernels refuse `reject` in postrouting, older ones in prerouting too: a drop, then. */
  readonly cannotReject: boolean;
}

const INCOMING = { direction: 'ingress', side: 'iifname' } as const;
const OUTGOING = { direction: 'egress', side: 'oifname' } as const;
const PLAIN = { allow: 'accept', workloads: false, cannotReject: false } as const;

const EGRESS: HostStage = { ...PLAIN, ...OUTGOING, name: 'host-egress', list: 'normal', failsafes: 'out' };

export const STAGES = {
  untracked: {
    ...PLAIN,
    ...INCOMING,
    name: 'host-untracked',
    list: 'untracked',
    allow: 'untrack',
    failsafes: 'in',
    cannotReject: true,
  },
  preDnat: {
    ...PLAIN,
    ...INCOMING,
    name: 'host-pre-dnat',
    list: 'preDnat',
    allow: 'flag',
    failsafes: 'in',
    workloads: true,
    cannotReject: true,
  },
  ingress: { ...PLAIN, ...INCOMING, name: 'host-ingress', list: 'normal', failsafes: 'in' },
  forwardIn: { ...PLAIN, ...INCOMING, name: 'host-forward-in', list: 'forward', workloads: true },
  forwardOut: { ...PLAIN, ...OUTGOING, name: 'host-forward-out', list: 'forward', workloads: true },
  untrackedOut: {
    ...PLAIN,
    ...OUTGOING,
    name: 'host-untracked-out',
    list: 'untracked',
    allow: 'untrack',
    failsafes: 'out',
  },
  egress: EGRESS,
  /** What was DNATed, in postrouting; only when that has to differ from `egress`. */
  egressDnat: { ...EGRESS, name: 'host-egress-dnat', cannotReject: true },
} as const satisfies Record<string, HostStage>;

/** The hosts that have a list in this stage, sorted by interface, `*` last. */
export function hostsIn(
  stage: HostStage,
  hosts: readonly HostProgram[],
): readonly { readonly host: HostProgram; readonly list: CallList }[] {
  return hosts.flatMap((host) => {
    // Untracked policy on `*` has no effect: it would reach the workloads' packets.
    if (stage.list === 'untracked' && host.interface === '*') return [];
    const list = stage.list === 'preDnat' ? host.preDnat?.ingress : host[stage.list]?.[stage.direction];
    return list === undefined ? [] : [{ host, list }];
  });
}

/**
 * Can the stage do anything? Without tiers the untracked and pre-DNAT stages let everything through, and the forward
 * ones everything but what conntrack calls invalid.
 */
export function hasEffect(stage: HostStage, hosts: readonly HostProgram[], dropInvalid: boolean): boolean {
  const found = hostsIn(stage, hosts);
  if (stage.list === 'normal' || (stage.list === 'forward' && dropInvalid)) return found.length > 0;
  return found.some(({ list }) => list.tiers.length > 0);
}
