// What Felix's BenchmarkIsolatedCustomers feeds in: one namespace, one policy and one pod per customer, 100 local pods.
import type { Resource } from '../../../src/resources/index.ts';
import { endpoint, policy, profile, update } from './shape.ts';
import { address, LOCAL, type Workload } from './snapshot.ts';

const LOCAL_PODS = 100;
const ALPHABET = 'abcdef0123456789';
const MASK = (1n << 64n) - 1n;

/** Felix's deterministicString. The low bits of its generator repeat, so that only 16 strings come out. */
function deterministic(n: number, length: number): string {
  let v = (BigInt(n) * 2654435761n + 1n) & MASK;
  let text = '';
  for (let i = 0; i < length; i++) {
    text += ALPHABET[Number(v & 15n)];
    v = (v * 6364136223846793005n + 1442695040888963407n) & MASK;
  }
  return text;
}

const pick = (list: readonly string[], index: number): string => list[index % list.length] as string;

function podLabels(i: number): Record<string, string> {
  const flag = (divisor: number): string => String(Math.floor(i / divisor) % 2 === 0);
  return {
    'pod-id': deterministic(5 * i, 20),
    'instance-id': deterministic(5 * i + 1, 20),
    'short-id': deterministic(5 * i + 2, 10),
    'config-hash': deterministic(5 * i + 3, 20),
    'version-tag': deterministic(5 * i + 4, 8),
    enabled: flag(1),
    debug: flag(2),
    canary: flag(4),
    managed: flag(8),
    environment: pick(['dev', 'staging', 'prod'], i),
    tier: pick(['frontend', 'backend', 'middleware', 'data'], i),
    region: pick(['us-east', 'us-west', 'eu-west', 'ap-south'], i),
    team: pick(['platform', 'payments', 'identity', 'growth', 'infra'], i),
    'managed-by': 'saas-controller',
    'tenant-id': deterministic(i % 5000, 10),
  };
}

function pod(n: number, node: string): Resource {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const name = `app-${hex((n * 7 + 3) >>> 0, 9)}-${hex((n * 17 + 5) & 0xffff, 5)}`;
  const labels = podLabels(n);
  return endpoint({ index: n, node, namespace: `customer-${n}`, pod: name, address: address(n), labels });
}

/** Global, since Felix's is matched by this selector alone; a NetworkPolicy would add its namespace once more. */
function isolation(n: number): Resource {
  const selector = `pcns.projectcalico.org/name == 'customer-${n}'`;
  const dns = { nets: ['10.96.0.10/32'], ports: [{ kind: 'range', first: 53, last: 53 }] };
  return policy({
    name: `customer-${n}.isolation`,
    selector,
    ingress: [{ action: 'Allow', source: { selector } }],
    egress: [
      { action: 'Allow', destination: { selector } },
      { action: 'Allow', protocol: 'UDP', destination: dns },
    ],
  });
}

function namespaceProfile(n: number): Resource {
  return profile(`kns.customer-${n}`, {
    'pcns.projectcalico.org/name': `customer-${n}`,
    'namespace-id': deterministic(n, 20),
    production: String(n % 2 === 0),
  });
}

export function customers(count: number): Workload {
  const list = (make: (n: number) => Resource) => Array.from({ length: count }, (_, n) => update(make(n)));
  const stride = Math.floor(count / LOCAL_PODS);
  const isLocal = (n: number): boolean => n % stride === 0 && n / stride < LOCAL_PODS;
  const pods = list((n) => pod(n, isLocal(n) ? LOCAL : 'remotehost'));
  const local = pods.filter((_, n) => isLocal(n));
  const remote = pods.filter((_, n) => !isLocal(n));
  return { batches: [list(isolation), list(namespaceProfile), remote, local], local };
}
