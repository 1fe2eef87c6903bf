// The ends of a connectivity question: every endpoint with an address, and the outside, as each of one or two inputs
// (`worlds`) has them; and classes of ends that are the same to policy: the same lists, and the same answer to every
// question that some rule asks.
import { type Address, type Family, formatAddress, parsePrefix } from '../net/index.ts';
import { endpointsByInterface, type LocalEndpoint, type NodePolicy } from '../policy/index.ts';
import { outsides } from './connectivity-outside.ts';
import type { Predicate } from './connectivity-predicates.ts';

export interface World {
  /** By node; together they hold every endpoint that is asked about. */
  readonly policies: ReadonlyMap<string, NodePolicy>;
  readonly predicates: ReadonlyMap<string, Predicate>;
}

/** An end as one world has it. */
export interface Side {
  /** The first address of each family. */
  readonly addresses: ReadonlyMap<Family, Address>;
  /** Absent: outside. The endpoint is the one that its interface is judged as. */
  readonly judged?: { readonly policy: NodePolicy; readonly endpoint: LocalEndpoint };
}

export interface End {
  /** Resource key of the endpoint, or the name of the outside. */
  readonly id: string;
  readonly kind: 'endpoint' | 'outside';
  /** One per world; `undefined` where the world does not have it. */
  readonly sides: readonly (Side | undefined)[];
}

/** Endpoints sorted by id, then the outsides. */
export function endsOf(worlds: readonly World[]): End[] {
  const found = new Map<string, (Side | undefined)[]>();
  for (const [index, world] of worlds.entries()) {
    for (const policy of world.policies.values()) {
      const byInterface = endpointsByInterface(policy);
      for (const endpoint of policy.endpoints.values()) {
        const addresses = firstAddresses(endpoint);
        if (addresses.size === 0) continue;
        const sides = found.get(endpoint.id) ?? worlds.map(() => undefined);
        sides[index] = {
          addresses,
          judged: { policy, endpoint: byInterface.get(endpoint.interfaceName) ?? endpoint },
        };
        found.set(endpoint.id, sides);
      }
    }
  }
  const endpoints = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  const outside = outsides(
    worlds.flatMap((world) => [...world.predicates.values()]),
    takenAddresses(worlds),
  );
  return [
    ...endpoints.map(([id, sides]): End => ({ id, kind: 'endpoint', sides })),
    ...outside.map(({ name, samples }): End => {
      const side = { addresses: new Map(samples.map((a) => [a.family, a])) };
      return { id: name, kind: 'outside', sides: worlds.map(() => side) };
    }),
  ];
}

function firstAddresses(endpoint: LocalEndpoint): Map<Family, Address> {
  const found = new Map<Family, Address>();
  for (const text of endpoint.addresses) {
    const prefix = parsePrefix(text)?.prefix;
    if (prefix !== undefined && !found.has(prefix.family))
      found.set(prefix.family, { family: prefix.family, bits: prefix.bits });
  }
  return found;
}

function takenAddresses(worlds: readonly World[]): Set<string> {
  const texts = worlds.flatMap((w) =>
    [...w.policies.values()].flatMap((p) => [...p.endpoints.values()].flatMap((e) => e.addresses)),
  );
  return new Set(
    texts.flatMap((text) => {
      const prefix = parsePrefix(text)?.prefix;
      return prefix === undefined ? [] : formatAddress(prefix);
    }),
  );
}

/** Ends that policy cannot tell apart in any world, in order of their first member. */
export function classesOf(worlds: readonly World[], ends: readonly End[]): End[][] {
  const classes = new Map<string, End[]>();
  for (const end of ends) {
    const key = end.sides.map((side, index) => keyOf(side, worlds[index])).join('\n');
    const members = classes.get(key);
    if (members === undefined) classes.set(key, [end]);
    else members.push(end);
  }
  return [...classes.values()];
}

function keyOf(side: Side | undefined, world: World | undefined): string {
  if (side === undefined || world === undefined) return '';
  const answers = ([4, 6] as const).map((family) => {
    const address = side.addresses.get(family);
    if (address === undefined) return 'none';
    return [...world.predicates.values()].map((p) => p.answer(address)).join('');
  });
  return `${listKey(side)} ${answers.join(' ')}`;
}

/** What is the same for two endpoints is judged by the same rules, on whichever node. */
export function listKey({ judged }: Side): string {
  if (judged === undefined) return 'outside';
  const { endpoint, policy } = judged;
  const { dropInvalid, dropVxlanFromWorkloads, dropIpipFromWorkloads, vxlanPort } = policy.config;
  const config = [dropInvalid, dropVxlanFromWorkloads, dropIpipFromWorkloads, vxlanPort];
  return JSON.stringify([config, endpoint.tiers, endpoint.profiles]);
}
