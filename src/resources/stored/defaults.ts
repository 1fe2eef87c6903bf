// What Calico fills in or overwrites before an object is stored, on plain JSON: the typed client's part on create and
// update, and the defaults of the schemas, which on etcd the client applies itself and on Kubernetes the API server.
// Values of a wrong type are left for the checks to find.
import { formatPrefix, parsePrefix } from '../../net/index.ts';
import { isObject, listOf, textOf } from '../fields.ts';
import { workloadEndpointName } from '../workload-name.ts';
import type { ApiObject, ObjectMeta } from './object.ts';

type Fields = Readonly<Record<string, unknown>>;
/** What is filled in where the field is absent. */
type Defaults = (spec: Fields) => Fields;

const TIERED = new Set([
  'NetworkPolicy',
  'GlobalNetworkPolicy',
  'StagedNetworkPolicy',
  'StagedGlobalNetworkPolicy',
]);

/** Of the schemas, then of the client. */
const SPECS: ReadonlyMap<string, (spec: Fields) => Fields> = new Map([
  ['BGPConfiguration', absent({ logSeverityScreen: 'Info', serviceLoadBalancerAggregation: 'Enabled' })],
  ['FelixConfiguration', felix],
  ['GlobalNetworkPolicy', policy],
  ['IPPool', pool],
  ['NetworkPolicy', policy],
  ['StagedGlobalNetworkPolicy', stagedPolicy],
  ['StagedKubernetesNetworkPolicy', absent({ stagedAction: 'Set' })],
  ['StagedNetworkPolicy', stagedPolicy],
  ['Tier', absent({ order: 1_000_000, defaultAction: 'Deny' })],
]);

/** `object` has a name or is a WorkloadEndpoint; its parts may be of any shape. */
export function withDefaults(object: ApiObject): ApiObject {
  const { kind, metadata } = object;
  const given = isObject(object.spec) ? object.spec : {};
  const spec = SPECS.get(kind)?.(given) ?? object.spec;
  const fixed = kind === 'WorkloadEndpoint' ? ofEndpoint(metadata, given) : tierLabel(kind, metadata, spec);
  return { ...object, metadata: fixed, ...(spec === undefined ? {} : { spec }) };
}

function absent(defaults: Fields): Defaults {
  return (spec) => ({
    ...spec,
    ...Object.fromEntries(
      Object.entries(defaults).filter(([name]) => (spec[name] ?? undefined) === undefined),
    ),
  });
}

/** As `absent`, for fields whose empty value counts as absent too. */
function empty(defaults: Fields): Defaults {
  const filled = (value: unknown) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '' && value !== 0;
  return (spec) => ({
    ...spec,
    ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !filled(spec[name]))),
  });
}

/** No rules at all count as ingress; an empty list counts as no rules. */
function inferredTypes(spec: Fields): readonly unknown[] {
  const types = listOf(spec['types']);
  if (types.length > 0 || (spec['types'] !== undefined && !Array.isArray(spec['types']))) return types;
  const egress = listOf(spec['egress']).length > 0;
  if (!egress) return ['Ingress'];
  return listOf(spec['ingress']).length > 0 ? ['Ingress', 'Egress'] : ['Egress'];
}

function policy(spec: Fields): Fields {
  const types = spec['types'];
  const wrong = types !== undefined && !Array.isArray(types);
  return { ...empty({ tier: 'default' })(spec), ...(wrong ? {} : { types: inferredTypes(spec) }) };
}

function stagedPolicy(spec: Fields): Fields {
  const withAction = empty({ stagedAction: 'Set', tier: 'default' })(spec);
  if (withAction['stagedAction'] !== 'Delete') return policy(withAction);
  const { types: _, ...other } = withAction;
  return other;
}

function pool(spec: Fields): Fields {
  const cidrText = textOf(spec['cidr']) ?? '';
  const parsed = cidrText.includes('/') ? parsePrefix(cidrText) : undefined;
  // Host bits are an error, which the canonical form would hide.
  const cidr = parsed && !parsed.hostBits ? { cidr: formatPrefix(parsed.prefix) } : {};
  const sizes = parsed ? { blockSize: parsed.prefix.family === 4 ? 26 : 122 } : {};
  return {
    ...empty({
      ipipMode: 'Never',
      vxlanMode: 'Never',
      nodeSelector: 'all()',
      allowedUses: ['Workload', 'Tunnel'],
      assignmentMode: 'Automatic',
      ...sizes,
    })(spec),
    ...cidr,
  };
}

/** A deprecated switch overrides the two fields that replaced it. */
function felix(spec: Fields): Fields {
  const old = spec['bpfConnectTimeLoadBalancingEnabled'];
  return {
    ...absent({
      floatingIPs: 'Disabled',
      bpfConnectTimeLoadBalancing: 'TCP',
      bpfHostNetworkedNATWithoutCTLB: 'Enabled',
      nftablesMode: 'Auto',
      nftablesFlowTableOffload: 'Disabled',
    })(spec),
    ...(typeof old === 'boolean'
      ? {
          bpfHostNetworkedNATWithoutCTLB: 'Disabled',
          bpfConnectTimeLoadBalancing: old ? 'Enabled' : 'Disabled',
        }
      : {}),
  };
}

function withLabels(metadata: ObjectMeta, labels: Readonly<Record<string, string>>): ObjectMeta {
  const given = metadata.labels;
  if (given !== undefined && !isObject(given)) return metadata;
  // fromEntries defines own properties, so that a label `__proto__` stays one.
  const merged = Object.fromEntries([...Object.entries(given ?? {}), ...Object.entries(labels)]);
  return { ...metadata, labels: merged };
}

function tierLabel(kind: string, metadata: ObjectMeta, spec: unknown): ObjectMeta {
  if (!TIERED.has(kind) || !isObject(spec)) return metadata;
  return withLabels(metadata, { 'projectcalico.org/tier': textOf(spec['tier']) ?? 'default' });
}

function ofEndpoint(metadata: ObjectMeta, spec: Fields): ObjectMeta {
  const name = textOf(metadata.name) ?? workloadEndpointName(spec, () => {});
  const labelled = withLabels(metadata, {
    'projectcalico.org/namespace': textOf(metadata.namespace) ?? '',
    'projectcalico.org/orchestrator': textOf(spec['orchestrator']) ?? '',
  });
  return name === undefined ? labelled : { ...labelled, name };
}
