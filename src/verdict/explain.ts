// A flow between two ends, judged on every node that sees it: the packet that each node meets is built here, and the
// evaluator of that node judges it. A flow is allowed when no side denies it.
import { formatAddress, icmpProtocol, parseAddress } from '../net/index.ts';
import type { Address } from '../net/index.ts';
import { problem, type Problem } from '../errors/problem.ts';
import type { HostFacts, LocalEndpoint, NodePolicy } from '../policy/index.ts';
import { createEvaluator } from './evaluate.ts';
import { uplinks } from './uplink.ts';
import type { ConntrackState, Packet } from './packet.ts';
import type { Judgement, Verdict } from './trail.ts';

/** One end of a flow. A `host` end is the node's own address; an `outside` end belongs to no known node. */
export type FlowEnd =
  | {
      readonly kind: 'endpoint';
      readonly address: Address;
      readonly node: string;
      readonly endpoint: LocalEndpoint;
    }
  | { readonly kind: 'host'; readonly address: Address; readonly node: string }
  | { readonly kind: 'outside'; readonly address: Address };

export interface Flow {
  /** Both addresses are of one family. */
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly protocol: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** Default `new`. */
  readonly state?: ConntrackState;
}

export interface FlowQuestion extends Flow {
  readonly policies: ReadonlyMap<string, NodePolicy>;
  /** By node. A node without facts has unknown addresses. */
  readonly facts?: ReadonlyMap<string, HostFacts>;
  /** The interface of a host through which it meets everything that is not on it. */
  readonly via?: string;
}

export interface ExplainedSide {
  readonly node: string;
  readonly packet: Packet;
  readonly judgement: Judgement;
}

export interface Explanation {
  readonly verdict: Verdict;
  /** The source's node first; one side when both ends are on one node. Empty: no node of ours sees the flow. */
  readonly sides: readonly ExplainedSide[];
  readonly warnings: readonly Problem[];
}

export function explainFlow(question: FlowQuestion): Explanation {
  const flow = placeHostEnds(question);
  const sides = judgeSides(question, flow);
  const verdict = verdictOf(sides);
  return {
    verdict,
    sides,
    warnings: [
      ...unknownHostWarnings(question, flow, verdict),
      ...uplinkWarnings(question, flow),
      ...translationWarnings(sides),
      ...unjudgedWarnings(flow, sides),
    ],
  };
}

const nodeOf = (end: FlowEnd) => (end.kind === 'outside' ? undefined : end.node);
const verdictOf = (sides: readonly ExplainedSide[]): Verdict =>
  sides.some((side) => side.judgement.verdict === 'deny') ? 'deny' : 'allow';

/** An `outside` address that a host of ours is known to have is that host. */
function placeHostEnds(question: FlowQuestion): Flow {
  const place = (end: FlowEnd): FlowEnd => {
    if (end.kind !== 'outside') return end;
    for (const [node, facts] of question.facts ?? []) {
      if (hostAddresses(facts).has(formatAddress(end.address))) return { ...end, kind: 'host', node };
    }
    return end;
  };
  return { ...question, from: place(question.from), to: place(question.to) };
}

function hostAddresses(facts: HostFacts): Set<string> {
  const parsed = facts.interfaces.flatMap((i) => i.addresses.map((text) => parseAddress(text)));
  return new Set(parsed.flatMap((a) => (a === undefined ? [] : formatAddress(a))));
}

/** Both sides, although what the first node drops the second never sees: a reader wants to know what it would have said. */
function judgeSides(question: FlowQuestion, flow: Flow): ExplainedSide[] {
  const nodes = new Set([nodeOf(flow.from), nodeOf(flow.to)]);
  const sides: ExplainedSide[] = [];
  for (const node of nodes) {
    const policy = node === undefined ? undefined : question.policies.get(node);
    if (node === undefined || policy === undefined) continue;
    const facts = question.facts?.get(node);
    const packet = packetAt(policy, flow, question.via ?? uplinksOf(question, policy, flow)[0] ?? '');
    const judgement = createEvaluator(policy, facts).judge(packet);
    sides.push({ node, packet, judgement });
  }
  return sides;
}

function packetAt(policy: NodePolicy, flow: Flow, uplink: string): Packet {
  const { from, to, protocol, sourcePort, destinationPort, icmpType, icmpCode, state } = flow;
  const { family } = from.address;
  const inInterface = interfaceAt(policy, from, uplink);
  const outInterface = interfaceAt(policy, to, uplink);
  const isIcmp = protocol === icmpProtocol(family);
  return {
    family,
    ...(inInterface !== undefined && { inInterface }),
    ...(outInterface !== undefined && { outInterface }),
    source: from.address.bits,
    destination: to.address.bits,
    protocol,
    ...(sourcePort !== undefined && { sourcePort }),
    ...(destinationPort !== undefined && { destinationPort }),
    ...(isIcmp && icmpType !== undefined && { icmpType }),
    ...(isIcmp && icmpCode !== undefined && { icmpCode }),
    ...(state !== undefined && { state }),
  };
}

/** Through which interface of this node an end is reached; `undefined`: the end is this host itself. */
function interfaceAt(policy: NodePolicy, end: FlowEnd, uplink: string): string | undefined {
  if (nodeOf(end) !== policy.node) return uplink;
  return end.kind === 'endpoint' ? end.endpoint.interfaceName : undefined;
}

function uplinksOf({ facts }: FlowQuestion, policy: NodePolicy, { from, to }: Flow): readonly string[] {
  const host = [from, to].find((end) => end.kind === 'host' && end.node === policy.node);
  return uplinks(policy, facts?.get(policy.node), host?.address);
}

/** Where host endpoints differ from interface to interface, the guess of the uplink may decide. */
function uplinkWarnings(question: FlowQuestion, flow: Flow): Problem[] {
  if (question.via !== undefined) return [];
  const hint = 'name the interface with --via';
  return [...new Set([nodeOf(flow.from), nodeOf(flow.to)])].flatMap((node) => {
    const policy = node === undefined ? undefined : question.policies.get(node);
    if (policy === undefined) return [];
    const [assumed, ...others] = uplinksOf(question, policy, flow);
    const other = others.find(
      (via) => verdictAt(question, policy, flow, via) !== verdictAt(question, policy, flow, assumed),
    );
    if (assumed === undefined || other === undefined) return [];
    const message = `${node} is taken to meet the other end through ${assumed}; through ${other} its verdict is the opposite`;
    return problem('explain/uplink', message, { severity: 'warning', hint });
  });
}

function verdictAt(question: FlowQuestion, policy: NodePolicy, flow: Flow, via = ''): Verdict {
  return createEvaluator(policy, question.facts?.get(policy.node)).verdict(packetAt(policy, flow, via));
}

/** An outside address might be the node's own when nobody told us its addresses; say so where it changes the verdict. */
function unknownHostWarnings(question: FlowQuestion, flow: Flow, verdict: Verdict): Problem[] {
  const warnings: Problem[] = [];
  for (const side of ['from', 'to'] as const) {
    const end = flow[side];
    const node = nodeOf(flow[side === 'from' ? 'to' : 'from']);
    if (end.kind !== 'outside' || node === undefined || question.facts?.has(node)) continue;
    const other: Flow = { ...flow, [side]: { kind: 'host', address: end.address, node } };
    if (verdictOf(judgeSides(question, other)) === verdict) continue;
    const address = formatAddress(end.address);
    warnings.push(
      problem(
        'explain/unknown-host-addresses',
        `the addresses of node ${node} are not known; if ${address} is one of them, the verdict is the opposite`,
        {
          severity: 'warning',
          hint: 'give the host with --host FILE (the output of `ip -j addr`), or name the end `host`',
        },
      ),
    );
  }
  return warnings;
}

/** The second node meets a packet of the first one's, but which address that has is seldom known. */
function translationWarnings([first, second]: readonly ExplainedSide[]): Problem[] {
  if (second === undefined || first?.judgement.translation === undefined) return [];
  const source = formatAddress({ family: first.packet.family, bits: first.packet.source });
  return [
    problem(
      'explain/masqueraded',
      `${first.node} gives the packet another source; ${second.node} is judged as if it still came from ${source}`,
      { severity: 'warning', hint: `for what ${second.node} sees, ask again with --from host:${first.node}` },
    ),
  ];
}

function unjudgedWarnings(flow: Flow, sides: readonly ExplainedSide[]): Problem[] {
  if (flow.from.kind === 'endpoint' || flow.to.kind === 'endpoint') return [];
  if (sides.some(({ judgement }) => judgement.stages.length > 0)) return [];
  const message = 'neither end is a workload or has a host endpoint, so no policy judges this flow';
  return [problem('explain/no-workload', message, { severity: 'warning' })];
}
