// `explain`: the verdict on one packet, judged at both ends, with every tier, policy and rule that was considered.
import { Option } from 'commander';
import { type Problem, problemsToJson, TortieError } from '../../errors/index.ts';
import { type Family, formatAddress, icmpProtocol, protocolName, protocolNumber } from '../../net/index.ts';
import { type HostFacts, hostFactsProblems, type NodePolicy } from '../../policy/index.ts';
import {
  chooseFamily,
  type ConntrackState,
  type EndContext,
  explainFlow,
  type Explanation,
  type FlowEnd,
  resolveEnd,
  type Step,
} from '../../verdict/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { errorsOf, fail, OK } from '../exit.ts';
import { printExplanation } from '../explain-tree.ts';
import { leavingOf } from '../leaving.ts';
import { chooseNode, compileNodes, type LoadedPolicy, loadPolicy, readFacts } from '../load.ts';
import * as options from '../options.ts';
import { toJson } from '../output.ts';

interface Options extends options.InputOptions, options.NodeOptions {
  readonly from: string;
  readonly to: string;
  readonly proto: string;
  readonly port?: number;
  readonly sport: number;
  readonly icmpType?: number;
  readonly icmpCode: number;
  readonly ipVersion?: '4' | '6';
  readonly state: ConntrackState;
  readonly via?: string;
  readonly output: 'text' | 'json';
}

const STATES: readonly ConntrackState[] = ['new', 'established', 'related', 'invalid', 'untracked'];
/** TCP, UDP, SCTP and UDPLite. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 132, 136]);
/** The first of the ephemeral ports: what a client's packet would have, and what policies seldom name. */
const EPHEMERAL = 49_152;
const ECHO_REQUEST = { 4: 8, 6: 128 } as const;

export const define: CommandModule['define'] = (command, start) => {
  options.addInputOptions(command, { datastore: true });
  options.addNodeOptions(command);
  const port = options.integer(0, 65_535);
  const byte = options.integer(0, 255);
  options
    .addOutputOption(command)
    .requiredOption(
      '--from <end>',
      'namespace/pod, an endpoint’s name, a workload’s interface, an IP address, or host[:NODE]',
    )
    .requiredOption('--to <end>', 'the same')
    .option('--proto <protocol>', 'tcp, udp, sctp, udplite, icmp (of the family) or a number', 'tcp')
    .option('--port <number>', 'destination port', port)
    .option('--sport <number>', 'source port', port, EPHEMERAL)
    .option('--icmp-type <number>', 'default: echo request', byte)
    .option('--icmp-code <number>', 'ICMP code', byte, 0)
    .addOption(
      new Option('--ip-version <version>', 'default: the first that both ends have').choices(['4', '6']),
    )
    .option('--via <interface>', 'the host’s interface to what is not on the node')
    .addOption(new Option('--state <state>', 'what conntrack says of it').choices(STATES).default('new'))
    .addHelpText('after', '\nExit status: 0 whatever the verdict is, 2 an error.')
    .action((opts: Options) => start((context) => explain(context, opts)));
};

async function explain(context: Context, opts: Options): Promise<number> {
  const loaded = await loadPolicy(context, opts);
  const hostFacts = await readFacts(opts.host);
  const named = opts.node === undefined ? [] : [opts.node];
  const policies = compileNodes(context, loaded, [...new Set([...loaded.nodes, ...named])].sort());
  const facts = factsByNode(loaded, opts, hostFacts);
  const { from, to, problems } = resolveEnds(context, loaded, policies, facts, opts);
  const flow = { from, to, ...transport(opts, from.address.family), state: opts.state };
  const explanation = explainFlow({
    ...flow,
    policies,
    facts,
    ...(opts.via !== undefined && { via: opts.via }),
  });
  context.report([...hostProblems(policies, facts), ...problems, ...explanation.warnings]);
  if (opts.output === 'json') context.print(toJson('Explanation', jsonOf(explanation, loaded)));
  else {
    const style = context.style;
    const { locate, resources } = loaded;
    context.print(printExplanation(explanation, { style, locate, resources, from: opts.from, to: opts.to }));
  }
  return OK;
}

function factsByNode(
  loaded: LoadedPolicy,
  opts: Options,
  facts: HostFacts | undefined,
): ReadonlyMap<string, HostFacts> {
  return new Map(facts === undefined ? [] : [[chooseNode(loaded, opts.node), facts]]);
}

function hostProblems(
  policies: ReadonlyMap<string, NodePolicy>,
  facts: ReadonlyMap<string, HostFacts>,
): readonly Problem[] {
  return [...facts].flatMap(([node, known]) => {
    const policy = policies.get(node);
    return policy === undefined ? [] : hostFactsProblems(policy, known);
  });
}

function resolveEnds(
  context: Context,
  loaded: LoadedPolicy,
  policies: ReadonlyMap<string, NodePolicy>,
  facts: ReadonlyMap<string, HostFacts>,
  opts: Options,
): { from: FlowEnd; to: FlowEnd; problems: readonly Problem[] } {
  const only = policies.size === 1 ? [...policies.keys()][0] : undefined;
  const from = resolveEnd(opts.from, endContext(opts.to));
  const to = resolveEnd(opts.to, endContext(opts.from));
  const problems = [...from.problems, ...to.problems];
  if (from.value === undefined || to.value === undefined) throw new TortieError(errorsOf(problems));
  const family = opts.ipVersion === undefined ? familyOf(opts.proto) : (Number(opts.ipVersion) as Family);
  const ends = chooseFamily(from.value, to.value, family);
  if (ends.value === undefined) throw new TortieError(ends.problems);
  return { ...ends.value, problems };

  /** `host` beside an endpoint is the endpoint's own host. */
  function endContext(other: string): EndContext {
    const base: EndContext = { policies, facts, aliases: loaded.aliases };
    const own = other.startsWith('host') ? undefined : resolveEnd(other, base).value?.ends[0];
    const node = opts.node ?? (own?.kind === 'endpoint' ? own.node : undefined) ?? only;
    return node === undefined ? base : { ...base, node };
  }
}

/** `icmpv6` speaks of IPv6; every other protocol of either. */
const familyOf = (proto: string): Family | undefined => (proto.toLowerCase() === 'icmpv6' ? 6 : undefined);

function transport(opts: Options, family: Family) {
  const protocol = protocolOf(opts.proto, family);
  if (!WITH_PORTS.has(protocol) && opts.port !== undefined) {
    fail('cli/usage', `${protocolName(protocol)} has no ports`, 'leave out --port');
  }
  if (protocol === icmpProtocol(family)) {
    return { protocol, icmpType: opts.icmpType ?? ECHO_REQUEST[family], icmpCode: opts.icmpCode };
  }
  if (!WITH_PORTS.has(protocol)) return { protocol };
  if (opts.port === undefined)
    fail('cli/usage', `${protocolName(protocol)} needs a destination port`, 'add --port');
  return { protocol, sourcePort: opts.sport, destinationPort: opts.port };
}

function protocolOf(text: string, family: Family): number {
  if (text.toLowerCase() === 'icmp') return icmpProtocol(family);
  const protocol = /^\d{1,3}$/.test(text) ? Number(text) : protocolNumber(text);
  if (protocol === undefined || protocol > 255) {
    fail(
      'cli/usage',
      `${JSON.stringify(text)} is no protocol`,
      'tcp, udp, sctp, udplite, icmp, icmpv6 or a number up to 255',
    );
  }
  return protocol;
}

function jsonOf({ verdict, sides, warnings }: Explanation, { locate, resources }: LoadedPolicy): object {
  const withPlace = (step: Step) => {
    const ref =
      step.kind === 'rule' ? { rule: step.rule } : step.kind === 'policy' ? { resource: step.policy } : {};
    const place = locate(ref);
    return place === undefined ? step : { ...step, place };
  };
  return {
    verdict,
    sides: sides.map((side) => {
      const { node, packet, judgement } = side;
      const text = (bits: bigint) => formatAddress({ family: packet.family, bits });
      const stages = judgement.stages.map((stage) => ({ ...stage, steps: stage.steps.map(withPlace) }));
      const { source, destination, protocol, ...rest } = packet;
      const shown = {
        ...rest,
        source: text(source),
        destination: text(destination),
        protocol: protocolName(protocol),
      };
      const leaving = leavingOf(side, resources);
      const pools = leaving?.pools.map((resource) => {
        const place = locate({ resource });
        return { resource, ...(place && { place }) };
      });
      const masquerade = leaving && { masquerade: { ...leaving, pools } };
      return { node, packet: shown, verdict: judgement.verdict, stages, ...masquerade };
    }),
    warnings: problemsToJson(warnings),
  };
}
