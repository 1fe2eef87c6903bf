// The world of Calico's suite: what exists in every case, how a case changes it, and the case as a course. What is
// expected is written by hand in every step, from what Calico documents; nothing here computes it.
import { PODS as POD_NAMES, ENDS, type End, LONER, LONER_INTERFACE, NODE_PORT } from './ends.ts';
import { addressOf, NODE, portName, PORTS, PROTOCOLS } from '../cluster.ts';
import type { Course, Stage } from '../run.ts';
import { packetOf, readLines } from './traffic.ts';

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface Step {
  readonly what: string;
  /** Created, or replaced. */
  readonly apply?: readonly Resource[];
  readonly remove?: readonly Resource[];
  /**
   * Everything is open but for what workloads send to the host (which ends in `defaultEndpointToHostAction`, Drop) and
   * these lines (./traffic.ts); later ones win.
   */
  readonly expect: readonly string[];
}

export interface Sketch {
  /** Asked of every pair of ends, besides TCP, UDP and SCTP to ports 80 and 81. */
  readonly asks?: readonly string[];
  /** Ask what is outside for the node port too. */
  readonly nodePort?: boolean;
}

const PORT_TRAFFIC = PROTOCOLS.flatMap((protocol) => PORTS.map((port) => `${protocol} ${port}`));
const TO_HOST = 'deny pods > host';

const namespace = (name: string, labels: object): Resource => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

/** Labels: `id` (`xa`), `pod` (`a`). The account of pods called a is `server`, of the others `client`. */
export function pod(key: string, labels: object = {}): Resource {
  const [ns = '', name = ''] = key.split('/');
  const ports = PROTOCOLS.flatMap((protocol) =>
    PORTS.map((port) => ({ name: portName(protocol, port), protocol, containerPort: port })),
  );
  const ips = [addressOf(key, 4), addressOf(key, 6)];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: ns, name, labels: { id: ns + name, pod: name, ...labels } },
    spec: {
      nodeName: NODE,
      serviceAccountName: name === 'a' ? 'server' : 'client',
      containers: [{ name: 'c', image: 'c', ports }],
    },
    status: { phase: 'Running', podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) },
  };
}

const account = (ns: string, name: string): Resource => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace: ns, name, labels: { role: name } },
});

/** The workload `v/p`. */
export function loner(profiles: readonly string[], more: object = {}): Resource {
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'WorkloadEndpoint',
    metadata: { namespace: 'v', name: `${NODE}-k8s-p-eth0`, labels: { id: 'vp' } },
    spec: {
      orchestrator: 'k8s',
      node: NODE,
      pod: 'p',
      endpoint: 'eth0',
      interfaceName: LONER_INTERFACE,
      ipNetworks: [`${LONER[4]}/32`, `${LONER[6]}/128`],
      profiles,
      ...more,
    },
  };
}

const OPEN: Resource = {
  apiVersion: 'projectcalico.org/v3',
  kind: 'Profile',
  metadata: { name: 'open' },
  spec: { ingress: [{ action: 'Allow' }], egress: [{ action: 'Allow' }] },
};

export const NAMESPACES = {
  red: (name: string) => namespace(name, { team: 'red' }),
  blue: (name: string) => namespace(name, { team: 'blue' }),
};

const WORLD: readonly Resource[] = [
  NAMESPACES.red('x'),
  NAMESPACES.blue('y'),
  ...['x', 'y'].flatMap((ns) => ['server', 'client'].map((name) => account(ns, name))),
  ...POD_NAMES.map((key) => pod(key)),
  OPEN,
  loner(['open']),
];

const keyOf = ({ kind, metadata }: Resource): string =>
  `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

/** A case of one kind (`tag`); kinds are sampled. */
export function oneOf(tag: string, { asks = [], nodePort = false }: Sketch = {}) {
  return (name: string, ...steps: readonly Step[]): Course => {
    let world = new Map(WORLD.map((resource) => [keyOf(resource), resource]));
    const stages = steps.map((step): Stage => {
      world = new Map(world);
      for (const gone of step.remove ?? [])
        if (!world.delete(keyOf(gone))) throw new Error(`${step.what}: there is no ${keyOf(gone)}`);
      for (const resource of step.apply ?? []) world.set(keyOf(resource), resource);
      return stageOf(step, [...world.values()], [...PORT_TRAFFIC, ...asks], nodePort);
    });
    return { name, tags: ['calico', tag], stages };
  };
}

function stageOf(
  { what, expect }: Step,
  objects: readonly Resource[],
  traffic: readonly string[],
  nodePort: boolean,
): Stage {
  const allowed = readLines([TO_HOST, ...expect]);
  const pairs = ENDS.flatMap((from) =>
    ENDS.filter((to) => to !== from).map((to): readonly [End, End] => [from, to]),
  );
  if (nodePort) pairs.push(['out', NODE_PORT]);
  return {
    what,
    objects,
    questions: (family, interfaces) =>
      pairs.flatMap(([from, to]) =>
        traffic.flatMap((one) => {
          // Only what has ports is led on by a node port.
          if (to === NODE_PORT && !PORT_TRAFFIC.includes(one)) return [];
          const packet = packetOf(from, to, one, family, interfaces);
          if (packet === undefined) return [];
          return { text: `${from} > ${to} ${one}`, packet, allowed: allowed(from, to, one, family) };
        }),
      ),
  };
}
