// From what a person types to an end of a flow: `namespace/pod`, a WorkloadEndpoint's name, an interface, an IP
// address, a HostEndpoint's name, or `host` (`host:NODE` when there are several nodes).
import { problem, type Result } from '../errors/problem.ts';
import { type Address, type Family, parseAddress, parsePrefix } from '../net/index.ts';
import {
  endpointsByInterface,
  type HostEndpoint,
  type LocalEndpoint,
  type NodePolicy,
} from '../policy/index.ts';
import type { HostFacts } from '../policy/index.ts';
import type { FlowEnd } from './explain.ts';

/** What an end can be before the family of the flow is chosen: one address per candidate. */
export interface EndChoices {
  readonly text: string;
  readonly ends: readonly FlowEnd[];
}

export interface EndContext {
  readonly policies: ReadonlyMap<string, NodePolicy>;
  readonly facts?: ReadonlyMap<string, HostFacts>;
  /** The node meant by `host`, when there is no doubt. */
  readonly node?: string;
  /** Names by which an endpoint is also known, e.g. `namespace/pod`; by endpoint id. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
}

export function resolveEnd(text: string, context: EndContext): Result<EndChoices> {
  const address = parseAddress(text);
  if (address !== undefined) return { value: { text, ends: [byAddress(address, context)] }, problems: [] };
  if (text === 'host' || text.startsWith('host:')) return hostEnd(text, context);
  const found = matching(text, context);
  const hosts = found.length === 0 ? hostsCalled(text, context) : [];
  const [host] = hosts;
  if (host !== undefined && hosts.length === 1) return byHostEndpoint(text, host, context);
  if (found.length === 1) return { value: { text, ends: found.flatMap(endsOf) }, problems: [] };
  const message =
    found.length === 0
      ? `no endpoint, interface or address is called ${text}`
      : `${text} means several endpoints`;
  const names = (found.length === 0 ? all(context) : found).map(
    (e) => context.aliases.get(e.id)?.[0] ?? e.id,
  );
  const shown = [...new Set(names)].slice(0, 10).join(', ');
  const code = found.length === 0 ? 'explain/unknown-end' : 'explain/ambiguous-end';
  return { problems: [problem(code, message, shown === '' ? {} : { hint: `known: ${shown}` })] };
}

/** The two ends with addresses of one family: the one asked for, else the first that both have. */
export function chooseFamily(
  from: EndChoices,
  to: EndChoices,
  family?: Family,
): Result<{ from: FlowEnd; to: FlowEnd }> {
  for (const wanted of family === undefined ? ([4, 6] as const) : [family]) {
    const a = from.ends.find((end) => end.address.family === wanted);
    const b = to.ends.find((end) => end.address.family === wanted);
    if (a !== undefined && b !== undefined) return { value: { from: a, to: b }, problems: [] };
  }
  const which = family === undefined ? 'addresses of one family' : `IPv${family} addresses`;
  return {
    problems: [problem('explain/no-common-family', `${from.text} and ${to.text} do not both have ${which}`)],
  };
}

const all = (context: EndContext) => [...context.policies.values()].flatMap((p) => [...p.endpoints.values()]);

function matching(text: string, context: EndContext): LocalEndpoint[] {
  const byInterface = [...context.policies.values()].flatMap((p) => endpointsByInterface(p).get(text) ?? []);
  const byName = all(context).filter(
    (e) =>
      e.id === text ||
      e.id.slice(e.id.indexOf('/') + 1) === text ||
      e.id.endsWith(`/${text}`) ||
      context.aliases.get(e.id)?.includes(text),
  );
  return [...new Set([...byName, ...byInterface])];
}

/** An address that endpoints share is the endpoint with the smallest node and id: say the name to mean another. */
function byAddress(address: Address, context: EndContext): FlowEnd {
  for (const policy of context.policies.values()) {
    for (const endpoint of policy.endpoints.values()) {
      const has = addressesOf(endpoint).some((a) => a.family === address.family && a.bits === address.bits);
      if (has) return { kind: 'endpoint', address, node: endpoint.node, endpoint };
    }
  }
  for (const policy of context.policies.values()) {
    for (const host of policy.hostEndpoints.values()) {
      const has = expectedOf(host).some((a) => a.family === address.family && a.bits === address.bits);
      if (has) return { kind: 'host', address, node: host.node };
    }
  }
  return { kind: 'outside', address };
}

const hostsCalled = (text: string, context: EndContext): HostEndpoint[] =>
  [...context.policies.values()].flatMap((policy) =>
    [...policy.hostEndpoints.values()].filter(({ id }) => id === text || id === `HostEndpoint/${text}`),
  );

/** Its host, by the addresses that it expects if it names some. */
function byHostEndpoint(text: string, host: HostEndpoint, context: EndContext): Result<EndChoices> {
  const { node } = host;
  const ends = expectedOf(host).map((address): FlowEnd => ({ kind: 'host', address, node }));
  return ends.length > 0 ? { value: { text, ends }, problems: [] } : hostEnd(`host:${node}`, context);
}

const endsOf = (endpoint: LocalEndpoint): FlowEnd[] =>
  addressesOf(endpoint).map((address) => ({ kind: 'endpoint', address, node: endpoint.node, endpoint }));

const addressesOf = (endpoint: LocalEndpoint): Address[] => plain(endpoint.addresses);
const expectedOf = (host: HostEndpoint): Address[] => plain(host.expectedAddresses);

const plain = (prefixes: readonly string[]): Address[] =>
  prefixes.flatMap((text) => {
    const prefix = parsePrefix(text)?.prefix;
    return prefix === undefined ? [] : { family: prefix.family, bits: prefix.bits };
  });

const isLinkLocal = (a: Address) => a.family === 6 && a.bits >> 118n === 0x3fan;

/** The host's addresses when they are known or expected, else a stand-in that no policy can name. */
function hostEnd(text: string, context: EndContext): Result<EndChoices> {
  const node = text === 'host' ? context.node : text.slice('host:'.length);
  if (node === undefined || !context.policies.has(node)) {
    const known = [...context.policies.keys()].join(', ');
    const message = node === undefined ? '`host` could be any of several nodes' : `no node is called ${node}`;
    return {
      problems: [problem('explain/unknown-node', message, { hint: `write host:NODE with one of ${known}` })],
    };
  }
  const known =
    context.facts
      ?.get(node)
      ?.interfaces.filter((i) => i.name !== 'lo')
      .flatMap((i) => i.addresses) ?? [];
  const hosts = [...(context.policies.get(node)?.hostEndpoints.values() ?? [])];
  const own = known.length > 0 ? known.flatMap((a) => parseAddress(a) ?? []) : hosts.flatMap(expectedOf);
  const parsed = own.filter((a) => !isLinkLocal(a));
  const addresses: readonly Address[] = parsed.length > 0 ? parsed : UNKNOWN_HOST;
  const warning = problem(
    'explain/unknown-host-addresses',
    `the addresses of node ${node} are not known; 0.0.0.0 and :: stand for them`,
    {
      severity: 'warning',
      hint: 'give the host with --host FILE, or rules that name its address are judged wrongly',
    },
  );
  const ends = addresses.map((address): FlowEnd => ({ kind: 'host', address, node }));
  return { value: { text, ends }, problems: parsed.length > 0 ? [] : [warning] };
}

const UNKNOWN_HOST: readonly Address[] = [
  { family: 4, bits: 0n },
  { family: 6, bits: 0n },
];
