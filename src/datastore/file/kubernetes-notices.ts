// What a whole input of Kubernetes objects leaves open: one warning for many things of a kind, at the first of them.
import { problem, type Problem } from '../../errors/problem.ts';
import type { Resource, ResourceKey } from '../../resources/index.ts';
import { type Absence, absenceOf, type Seen } from './kubernetes.ts';
import type { LoadOptions } from './loading.ts';
import type { Origins } from './origins.ts';

const ABSENT: Readonly<Record<Absence, readonly [one: string, many: string]>> = {
  'host-network': [
    'is on the host’s network: it is no endpoint',
    'are on the host’s network: they are no endpoints',
  ],
  'no-node': ['is on no node yet, and counts as absent', 'are on no node yet, and count as absent'],
  finished: ['has finished, and counts as absent', 'have finished, and count as absent'],
  'no-address': ['has no address yet, and counts as absent', 'have no address yet, and count as absent'],
};

export function kubernetesNotices(
  seen: readonly Seen[],
  resources: readonly Resource[],
  origins: Origins,
  options: LoadOptions = {},
): Problem[] {
  const notices = new Notices(origins);
  for (const { object, value, key } of seen) {
    const absence = absenceOf(object, value);
    if (absence) notices.add(`kubernetes/${absence}`, key, ABSENT[absence]);
  }
  withoutRoute(seen, options, notices);
  orphanSlices(seen, notices);
  missingAccounts(seen, resources, notices);
  return [...notices.list(), ...sharedAddresses(seen, origins), ...ties(seen, origins)];
}

/** Equal notices about several resources are one. */
class Notices {
  readonly #origins: Origins;
  readonly #byCode = new Map<string, { keys: ResourceKey[]; texts: readonly [string, string] }>();

  constructor(origins: Origins) {
    this.#origins = origins;
  }

  add(code: string, key: ResourceKey, texts: readonly [one: string, many: string]): void {
    const found = this.#byCode.get(code);
    if (found) found.keys.push(key);
    else this.#byCode.set(code, { keys: [key], texts });
  }

  list(): Problem[] {
    return [...this.#byCode].map(
      ([
        code,
        {
          keys,
          texts: [one, many],
        },
      ]) => {
        const [first = '', second, ...others] = keys;
        const message =
          second === undefined ? `${first} ${one}` : `${first} and ${others.length + 1} more ${many}`;
        return warning(code, message, first, this.#origins);
      },
    );
  }
}

function warning(
  code: string,
  message: string,
  resource: ResourceKey,
  origins: Origins,
  path?: string[],
): Problem {
  const place = origins.locate(resource, path);
  return problem(code, message, { severity: 'warning', resource, ...(place && { place }) });
}

/** Whoever asks for the interfaces of routes has a CNI plugin that names them in its own way. */
function withoutRoute(seen: readonly Seen[], { interfaceName, node }: LoadOptions, notices: Notices): void {
  if (!interfaceName) return;
  for (const { key, value } of seen) {
    if (value?.kind !== 'WorkloadEndpoint' || value.spec.ipNetworks.length === 0) continue;
    if (node !== undefined && value.spec.node !== node) continue;
    if (interfaceName(value.spec.ipNetworks) !== undefined) continue;
    const text = 'no route of its own on this host: its interface is not known, and it is not policed';
    notices.add('kubernetes/no-route', key, [`has ${text}`, `have ${text}`]);
  }
}

function orphanSlices(seen: readonly Seen[], notices: Notices): void {
  const services = new Set(seen.flatMap(({ object, key }) => (object.kind === 'Service' ? [key] : [])));
  for (const { object, key, value } of seen) {
    if (object.kind !== 'EndpointSlice') continue;
    if (value?.kind !== 'KubernetesEndpointSlice') {
      const text = 'without the label kubernetes.io/service-name: no rule can name it';
      notices.add('kubernetes/slice-without-name', key, [`is ${text}`, `are ${text}`]);
    } else if (!services.has(`Service/${value.metadata.namespace}/${value.spec.service}`)) {
      const what =
        'to a Service that is not in the input; rules that name it find the endpoints nevertheless';
      notices.add('kubernetes/slice-without-service', key, [`belongs ${what}`, `belong ${what}`]);
    }
  }
}

/** Labels of service accounts matter only to policies that ask for them. */
function missingAccounts(seen: readonly Seen[], resources: readonly Resource[], notices: Notices): void {
  const asked = resources.some(
    ({ kind, spec }) => kind.endsWith('NetworkPolicy') && JSON.stringify(spec).includes('"serviceAccount'),
  );
  if (!asked) return;
  const known = new Set(seen.flatMap(({ object, key }) => (object.kind === 'ServiceAccount' ? [key] : [])));
  for (const { object, key } of seen) {
    if (object.kind !== 'Pod' || !object.spec.serviceAccountName) continue;
    if (known.has(`ServiceAccount/${object.metadata.namespace}/${object.spec.serviceAccountName}`)) continue;
    const text = 'a service account that is not in the input: its labels are unknown';
    notices.add('kubernetes/unknown-service-account', key, [`has ${text}`, `have ${text}`]);
  }
}

function sharedAddresses(seen: readonly Seen[], origins: Origins): Problem[] {
  const owners = new Map<string, ResourceKey>();
  return seen.flatMap(({ key, value }) => {
    if (value?.kind !== 'WorkloadEndpoint') return [];
    return value.spec.ipNetworks.flatMap((net) => {
      const owner = owners.get(net);
      if (owner === undefined) owners.set(net, key);
      if (owner === undefined || owner === key) return [];
      const address = net.slice(0, net.indexOf('/'));
      const message = `${key} has the address ${address}, as ${owner} has: rules about one are about both`;
      return [warning('kubernetes/shared-address', message, key, origins, ['status', 'podIPs'])];
    });
  });
}

/** The API leaves open which of two ClusterNetworkPolicies of one priority comes first. */
function ties(seen: readonly Seen[], origins: Origins): Problem[] {
  const first = new Map<string, ResourceKey>();
  const policies = seen.filter(({ object }) => object.kind === 'ClusterNetworkPolicy');
  return [...policies]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .flatMap(({ object, key }) => {
      if (object.kind !== 'ClusterNetworkPolicy') return [];
      const { tier, priority } = object.spec;
      const other = first.get(`${tier} ${priority}`);
      if (other === undefined) {
        first.set(`${tier} ${priority}`, key);
        return [];
      }
      const message = `${key} has priority ${priority} in tier ${tier}, as ${other} has: the one whose name comes first goes first`;
      return [warning('kubernetes/priority-tie', message, key, origins, ['spec', 'priority'])];
    });
}
