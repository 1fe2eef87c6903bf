// The last step on the way to a Resource: what Calico's typed client fills in or overwrites when an object is created,
// beyond the defaults that the schemas have.
import type * as z from 'zod';
import type { metadata as metadataSchema } from './metadata.ts';
import { API_VERSION, type Resource } from './resource.ts';
import type { Metadata, Writable } from './types.ts';
import type { FelixConfigurationSpec } from './kinds/felix-configuration.ts';
import type { IPPoolSpec } from './kinds/ip-pool.ts';
import { compact } from './compact.ts';
import { formatPrefix, parsePrefix } from '../net/index.ts';
import { workloadEndpointName } from './workload-name.ts';
import { fieldsOf } from './fields.ts';

export interface Parts {
  readonly kind: Resource['kind'];
  readonly metadata: z.output<typeof metadataSchema>;
  readonly namespace: string | undefined;
  readonly spec: unknown;
  readonly status: unknown;
}

/** The parts are valid. */
export function finish({ kind, metadata, namespace, spec, status }: Parts): Resource {
  // The spec was made by the schema of this kind.
  const resource = {
    apiVersion: API_VERSION,
    kind,
    metadata: finishMetadata(kind, metadata, namespace, spec),
    spec: finishSpec(kind, spec),
    ...(status !== undefined && { status }),
  } as Resource;
  return compact(resource);
}

/** Hundreds of thousands of endpoints come by here: fields are set one by one, which makes no objects in between. */
function finishMetadata(
  kind: Resource['kind'],
  given: Parts['metadata'],
  namespace: string | undefined,
  spec: unknown,
): Metadata {
  const { name: givenName, namespace: _, labels: givenLabels, annotations, ...other } = given;
  const name = givenName || workloadEndpointName(spec, () => {}) || '';
  const metadata: Writable<Metadata> = { name };
  if (namespace !== undefined) metadata.namespace = namespace;
  const labels = finishLabels(kind, namespace, givenLabels, fieldsOf(spec));
  if (labels !== undefined) metadata.labels = labels;
  if (annotations !== undefined) metadata.annotations = annotations;
  if (Object.keys(other).length > 0) metadata.other = other;
  return metadata;
}

const TIERED = new Set([
  'NetworkPolicy',
  'GlobalNetworkPolicy',
  'StagedNetworkPolicy',
  'StagedGlobalNetworkPolicy',
]);

function finishLabels(
  kind: string,
  namespace: string | undefined,
  given: ReadonlyMap<string, string> | undefined,
  spec: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, string> | undefined {
  if (TIERED.has(kind)) return new Map(given).set('projectcalico.org/tier', String(spec['tier']));
  if (kind !== 'WorkloadEndpoint') return given;
  const labels = new Map(given);
  // Labels that are inherited from profiles must not be claimed by a workload.
  for (const label of labels.keys()) if (isInherited(label)) labels.delete(label);
  return labels
    .set('projectcalico.org/namespace', namespace ?? '')
    .set('projectcalico.org/orchestrator', String(spec['orchestrator']));
}

const isInherited = (label: string): boolean => label.startsWith('pcns.') || label.startsWith('pcsa.');

function finishSpec(kind: string, spec: unknown): unknown {
  if (kind === 'FelixConfiguration') return finishFelix(spec as FelixConfigurationSpec);
  return kind === 'IPPool' ? finishPool(spec as IPPoolSpec) : spec;
}

/** A deprecated switch that overrides the two fields which replaced it. */
function finishFelix(spec: FelixConfigurationSpec): FelixConfigurationSpec {
  const old = spec.bpfConnectTimeLoadBalancingEnabled;
  if (old === undefined) return spec;
  return {
    ...spec,
    bpfHostNetworkedNATWithoutCTLB: 'Disabled',
    bpfConnectTimeLoadBalancing: old ? 'Enabled' : 'Disabled',
  };
}

function finishPool(spec: IPPoolSpec): IPPoolSpec {
  const parsed = parsePrefix(spec.cidr);
  return parsed ? { ...spec, cidr: formatPrefix(parsed.prefix) } : spec;
}
