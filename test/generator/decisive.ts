// Which kinds of condition a verdict hangs on: those of the deciding rule, when the verdict would be another one if
// the rule did not match (as it would not if any of its conditions were negated).
import type { Rule } from '../../src/resources/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import type { Oracle, Reason } from '../oracle/oracle.ts';

/** Every kind that the generator promises to make decisive. */
export const KINDS = [
  'protocol by name',
  'protocol by number',
  'notProtocol',
  'ipVersion',
  'icmp type',
  'icmp code',
  'notICMP',
  ...['source', 'destination'].flatMap((side) =>
    [
      'nets',
      'many nets',
      'notNets',
      'selector',
      'notSelector',
      'selector and notSelector',
      'namespaceSelector',
      'global()',
      'service account names',
      'service account selector',
      'numeric ports',
      'named ports',
      'many ports',
      'notPorts',
    ].map((kind) => `${side} ${kind}`),
  ),
  'source service',
  'destination service',
  'action Allow',
  'action Deny',
  'end of tier',
  'profile rule',
  'no profile matched',
  'conntrack',
  'built-in',
];

/** Kinds on which this verdict hangs, and what decided. */
export function decisive(
  oracle: Oracle,
  node: string,
  packet: Packet,
): { reason: Reason | undefined; kinds: string[] } {
  const reason = oracle.reason(node, packet);
  if (!reason) return { reason, kinds: [] };
  const name = {
    tier: 'end of tier',
    'no-profile': 'no profile matched',
    conntrack: 'conntrack',
    'built-in': 'built-in',
  } as const;
  if (!reason.rule) return { reason, kinds: reason.by in name ? [name[reason.by as keyof typeof name]] : [] };
  const without = oracle.reason(node, packet, { rule: reason.rule })?.verdict ?? 'allow';
  if (without === reason.verdict) return { reason, kinds: [] };
  return {
    reason,
    kinds: [
      `action ${reason.rule.action}`,
      ...(reason.by === 'profile' ? ['profile rule'] : []),
      ...conditions(reason.rule, packet),
    ],
  };
}

function conditions(rule: Rule, packet: Packet): string[] {
  const kinds: (string | false)[] = [
    rule.protocol !== undefined &&
      (typeof rule.protocol === 'number' ? 'protocol by number' : 'protocol by name'),
    rule.notProtocol !== undefined && 'notProtocol',
    rule.ipVersion !== undefined && 'ipVersion',
    rule.icmp !== undefined && 'icmp type',
    rule.icmp?.code !== undefined && 'icmp code',
    rule.notICMP !== undefined && 'notICMP',
  ];
  for (const side of ['source', 'destination'] as const) {
    const {
      nets,
      notNets,
      selector,
      notSelector,
      namespaceSelector,
      serviceAccounts,
      services,
      ports,
      notPorts,
    } = rule[side];
    const port = packet[`${side}Port`];
    const byNumber = ports?.some(
      (one) => one.kind === 'range' && port !== undefined && one.first <= port && port <= one.last,
    );
    const own: (string | false | undefined)[] = [
      nets?.length && 'nets',
      (nets?.length ?? 0) > 100 && 'many nets',
      notNets?.length && 'notNets',
      selector && !notSelector && 'selector',
      notSelector && 'notSelector',
      selector && notSelector && 'selector and notSelector',
      namespaceSelector && (namespaceSelector.includes('global') ? 'global()' : 'namespaceSelector'),
      serviceAccounts?.names && 'service account names',
      serviceAccounts?.selector && 'service account selector',
      services && 'service',
      ports?.length && (byNumber ? 'numeric ports' : 'named ports'),
      (ports?.length ?? 0) > 15 && 'many ports',
      notPorts?.length && 'notPorts',
    ].map((kind) => kind || false);
    kinds.push(...own.map((kind) => (kind ? `${side} ${kind}` : false)));
  }
  return kinds.filter((kind) => kind !== false);
}

const HOST_STAGES = [
  'host-untracked',
  'host-pre-dnat',
  'host-ingress',
  'host-forward-in',
  'host-forward-out',
  'host-untracked-out',
  'host-egress',
] as const;

/** Every stage by a rule of its lists both ways, what surrounds the lists, and the ways that packets take. */
export const HOST_KINDS = [
  ...HOST_STAGES.flatMap((stage) => [`${stage} allow`, `${stage} deny`]),
  ...HOST_STAGES.filter((stage) => !stage.includes('forward')).flatMap((stage) => [
    `${stage} failsafe`,
    `${stage} discovery`,
  ]),
  'host-ingress no-profile',
  'host-egress no-profile',
  'host-forward-in tier',
  'host-forward-out tier',
  'conntrack',
  'DNAT to the host',
  'DNAT on its way through',
  'DNAT of the host',
];

/** Kinds of HOST_KINDS on which this verdict hangs. */
export function decisiveForHosts(oracle: Oracle, node: string, packet: Packet): string[] {
  const stages = oracle.stages(node, packet);
  const verdict = stages.at(-1)?.verdict ?? 'allow';
  const kinds = stages.flatMap(({ stage, by, rule, verdict: own }): string[] => {
    if (!stage.startsWith('host-')) return [];
    if (by === 'conntrack') return [by];
    if (by === 'tier' || by === 'no-profile') return [`${stage} ${by}`];
    if (!rule && by !== 'failsafe' && by !== 'discovery') return [];
    const other = oracle.reason(node, packet, rule ? { rule } : { failsafes: true })?.verdict ?? 'allow';
    if (other === verdict) return [];
    return [`${stage} ${rule ? own : by}`];
  });
  if (kinds.length > 0 && packet.originalDestination !== undefined)
    kinds.push(
      packet.inInterface === undefined
        ? 'DNAT of the host'
        : packet.outInterface === undefined
          ? 'DNAT to the host'
          : 'DNAT on its way through',
    );
  return kinds;
}
