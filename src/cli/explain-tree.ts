// An explanation for people: for each side the stages, and in them every tier, policy and rule that was considered, with
// the condition that failed or the mark of what decided.
import { escapeControls, type Place } from '../errors/index.ts';
import { formatAddress, protocolName } from '../net/index.ts';
import type {
  Decider,
  ExplainedSide,
  Explanation,
  Packet,
  StageTrail,
  Step,
  Verdict,
} from '../verdict/index.ts';
import type { Resource } from '../resources/index.ts';
import { leavingOf, leavingText } from './leaving.ts';
import type { Locate } from './load.ts';
import type { Style } from './style.ts';

export interface TreeOptions {
  readonly style: Style;
  readonly locate: Locate;
  readonly resources: readonly Resource[];
  readonly from: string;
  readonly to: string;
}

export function printExplanation(explanation: Explanation, options: TreeOptions): string {
  const { sides, verdict } = explanation;
  const { style } = options;
  const flow = escapeControls(`${options.from} → ${options.to}`);
  const head = `${paint(style, verdict)(verdict.toUpperCase())}  ${style.bold(flow)}${describe(sides[0]?.packet)}`;
  return [head, ...sides.map((side) => printSide(side, options)), closing(explanation, options)].join('\n\n');
}

function describe(packet: Packet | undefined): string {
  if (packet === undefined) return '';
  const port = packet.destinationPort === undefined ? '' : ` port ${packet.destinationPort}`;
  const icmp = packet.icmpType === undefined ? '' : ` type ${packet.icmpType} code ${packet.icmpCode ?? 0}`;
  return `  ${protocolName(packet.protocol)}${port}${icmp}`;
}

function printSide(side: ExplainedSide, options: TreeOptions): string {
  const { node, packet, judgement } = side;
  const { style } = options;
  const way = `${packet.inInterface ?? 'this host'} → ${packet.outInterface ?? 'this host'}`;
  const address = (bits: bigint) => formatAddress({ family: packet.family, bits });
  const head = `${style.bold(`node ${node}`)}  ${way}  ${style.dim(`${address(packet.source)} → ${address(packet.destination)}`)}`;
  const stages =
    judgement.stages.length === 0
      ? ['  nothing here judges this packet']
      : judgement.stages.flatMap((stage) => printStage(stage, options));
  return [head, ...stages, ...printLeaving(side, options)].join('\n');
}

function printLeaving(side: ExplainedSide, options: TreeOptions): string[] {
  const leaving = leavingOf(side, options.resources);
  if (leaving === undefined) return [];
  const pools = leaving.pools.map(
    (resource) => `    ${resource} has natOutgoing${at({ resource }, options)}`,
  );
  return [`  ${options.style.cyan('masquerade')}: leaves from ${leavingText(leaving)}`, ...pools];
}

function printStage(stage: StageTrail, options: TreeOptions): string[] {
  const { style } = options;
  const where = stage.endpoint === undefined ? stage.interface : `${stage.endpoint} on ${stage.interface}`;
  const head = `  ${paint(style, stage.verdict)(stage.verdict)} ${style.bold(stage.stage)} of ${where}`;
  return [head, ...stage.steps.map((step) => printStep(step, stage.decidedBy, options))];
}

function printStep(step: Step, decidedBy: Decider, options: TreeOptions): string {
  const { style } = options;
  switch (step.kind) {
    case 'conntrack':
      return `    ${paint(style, step.result)(step.result)}: conntrack calls the connection ${step.state}`;
    case 'built-in':
      return `    ${paint(style, step.result)(step.result)}: ${BUILT_IN[step.what]}`;
    case 'tier': {
      const decides = step.result === 'default-deny' ? paint(style, 'deny') : style.dim;
      return `    tier ${style.bold(step.tier)}  ${decides(TIER[step.result])}`;
    }
    case 'policy': {
      const staged = step.staged ? style.yellow('  staged: decides nothing') : '';
      return `      ${step.policy}${staged}${at({ resource: step.policy }, options)}`;
    }
    case 'profile':
      return `    profile ${style.bold(step.profile)}${at({ resource: `Profile/${step.profile}` }, options)}`;
    case 'rule':
      return printRule(step, decidedBy, options);
    case 'no-profile-matched':
      return `    ${paint(style, 'deny')('deny')}: no tier and no profile decided`;
  }
}

function printRule(step: Extract<Step, { kind: 'rule' }>, decidedBy: Decider, options: TreeOptions): string {
  const { style } = options;
  const rule = `${ruleName(step.rule)} ${step.action}`;
  const where = at({ rule: step.rule }, options);
  if (step.result !== 'match') {
    const detail = step.detail === undefined ? '' : `: ${escapeControls(step.detail)}`;
    const why =
      step.result === 'never' ? `can never match (${step.failed})` : `no match: ${step.failed}${detail}`;
    return style.dim(`        · ${rule}  ${why}`) + where;
  }
  const decided = decidedBy.kind === 'rule' && decidedBy.rule === step.rule;
  if (decided)
    return `        ${paint(style, step.action === 'allow' ? 'allow' : 'deny')(`▶ ${rule}  decides`)}${where}`;
  return `        ${style.cyan(`▷ ${rule}  ${step.action === 'log' ? 'matches, and goes on' : 'matches, and skips the rest'}`)}${where}`;
}

const BUILT_IN: Record<Extract<Step, { kind: 'built-in' }>['what'], string> = {
  'spoofed-source':
    'the host would look for this source elsewhere (allowSpoofedSourcePrefixes, workloadSourceSpoofing)',
  'neighbour-discovery': 'neighbour discovery and MLD to the host are always accepted',
  'vxlan-from-workload': 'workloads may not send VXLAN packets (allowVXLANPacketsFromWorkloads)',
  'ipip-from-workload': 'workloads may not send IPIP packets (allowIPIPPacketsFromWorkloads)',
  'unknown-interface': 'this is a workload’s interface, and no endpoint is on it',
  'endpoint-to-host': 'defaultEndpointToHostAction of FelixConfiguration',
  failsafe: 'a failsafe port (failsafeInboundHostPorts, failsafeOutboundHostPorts)',
  'host-neighbour-discovery': 'hosts need neighbour discovery for IPv6 (hostNeighbourDiscovery)',
  'end-of-tiers': 'no tier decided, and this stage asks no profiles',
};

const TIER: Record<Extract<Step, { kind: 'tier' }>['result'], string> = {
  decided: 'decides',
  passed: 'passes',
  'default-deny': 'no policy of it matched: its default action denies',
  'default-pass': 'no policy of it matched: its default action passes',
  'staged-only': 'has only staged policies: transparent',
};

/** What decided the whole: the first stage that denied. */
function closing({ verdict, sides }: Explanation, options: TreeOptions): string {
  const stages = sides.flatMap((side) => side.judgement.stages);
  const denied = stages.find((stage) => stage.verdict === 'deny');
  if (denied === undefined)
    return stages.length === 0 ? 'No policy judges this flow.' : `Every stage allows it.`;
  const by = decider(denied.decidedBy);
  const ref = denied.decidedBy.kind === 'rule' ? at({ rule: denied.decidedBy.rule }, options) : '';
  return `${paint(options.style, verdict)('Denied')} on ${denied.node} by ${by}${ref}`;
}

/** What decided, for people. */
export function decider(by: Decider): string {
  switch (by.kind) {
    case 'rule':
      return ruleName(by.rule, true);
    case 'tier-default':
      return `the default action of tier ${by.tier} (${by.direction})`;
    case 'no-profile-matched':
      return 'the end of the profiles: nothing allowed it';
    case 'built-in':
      return by.what.replaceAll('-', ' ');
  }
}

/** `ingress rule 2` of the rule id `NetworkPolicy/prod/web/ingress/1`: people count from 1. */
function ruleName(id: string, full = false): string {
  const parts = id.split('/');
  const [direction, index] = parts.slice(-2);
  const name = `${direction} rule ${Number(index) + 1}`;
  return full ? `${parts.slice(0, -2).join('/')} ${name}` : name;
}

function at(ref: Parameters<Locate>[0], { locate, style }: TreeOptions): string {
  const text = placeText(locate(ref));
  return text === '' ? '' : style.dim(`  (${text})`);
}

/** `file:line`, or nothing. */
export function placeText(place: Place | undefined): string {
  if (place === undefined) return '';
  const file = escapeControls(place.file);
  return place.line === undefined ? file : `${file}:${place.line}`;
}

const paint = (style: Style, verdict: Verdict) => (verdict === 'allow' ? style.green : style.red);
