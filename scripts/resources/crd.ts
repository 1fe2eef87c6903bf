// CustomResourceDefinitions of crd.projectcalico.org/v1, in which Calico stores its objects in Kubernetes. A schema there
// is structural: a type at every node, no references, no `additionalProperties` beside properties; what it does not know
// the API server drops. Kinds without a schema of ours keep whatever they hold.
import { WHOLE_RULES } from '../../src/resources/cel/whole.ts';
import { type KindInfo } from '../../src/resources/catalogue.ts';
import { isNoBound, mapValues, type Schema, specSchema } from './json-schema.ts';

/** Kinds that are never custom resources: they come from Kubernetes' own objects, or live in etcd only. */
const WITHOUT = new Set(['LiveMigration', 'Node', 'Profile', 'WorkloadEndpoint']);
const RENAMED: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['IPAMConfiguration', ['IPAMConfig', 'ipamconfigs']],
]);
const STATUS = new Set(['CalicoNodeStatus', 'IPPool', 'KubeControllersConfiguration', 'Tier']);

type Column = readonly [
  name: string,
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date',
  path: string,
];
const AGE: Column = ['Age', 'date', '.metadata.creationTimestamp'];
const POLICY: readonly Column[] = [['Tier', 'string', '.spec.tier'], ['Order', 'number', '.spec.order'], AGE];

const COLUMNS: ReadonlyMap<string, readonly Column[]> = new Map([
  [
    'IPPool',
    [
      ['CIDR', 'string', '.spec.cidr'],
      ['VXLAN', 'string', '.spec.vxlanMode'],
      ['IPIP', 'string', '.spec.ipipMode'],
      ['NAT', 'boolean', '.spec.natOutgoing'],
      ['Allocatable', 'string', '.status.conditions[?(@.type=="Allocatable")].status'],
      AGE,
    ],
  ],
  [
    'Tier',
    [
      ['Order', 'number', '.spec.order'],
      ['DefaultAction', 'string', '.spec.defaultAction'],
      ['Status', 'string', '.status.conditions[?(@.type=="Ready")].reason'],
    ],
  ],
  ['NetworkPolicy', POLICY],
  ['GlobalNetworkPolicy', POLICY],
  [
    'BGPPeer',
    [
      ['Node Selector', 'string', '.spec.nodeSelector'],
      ['Node', 'string', '.spec.node'],
      ['Local ASN', 'integer', '.spec.localASNumber'],
      ['Peer Selector', 'string', '.spec.peerSelector'],
      ['Peer IP', 'string', '.spec.peerIP'],
      ['Peer ASN', 'integer', '.spec.asNumber'],
    ],
  ],
  [
    'HostEndpoint',
    [
      ['Node', 'string', '.spec.node'],
      ['Interface', 'string', '.spec.interfaceName'],
    ],
  ],
  [
    'BlockAffinity',
    [
      ['CIDR', 'string', '.spec.cidr'],
      ['Node', 'string', '.spec.node'],
      ['Type', 'string', '.spec.type'],
    ],
  ],
]);

export interface CustomResource {
  /** `<plural>.<group>`, which is also the name of the file. */
  readonly name: string;
  readonly definition: unknown;
}

/** Undefined for kinds that are no custom resources. */
export function customResource(info: KindInfo, summary: string): CustomResource | undefined {
  if (WITHOUT.has(info.kind)) return undefined;
  const [kind, plural] = RENAMED.get(info.kind) ?? [info.kind, info.plural];
  const group = 'crd.projectcalico.org';
  const name = `${plural}.${group}`;
  const columns = COLUMNS.get(info.kind)?.map(([title, type, jsonPath]) => ({ name: title, type, jsonPath }));
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    ...(STATUS.has(info.kind) ? { subresources: { status: {} } } : {}),
    ...(columns ? { additionalPrinterColumns: columns } : {}),
    schema: { openAPIV3Schema: objectSchema(info, summary) },
  };
  const names = { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: { group, names, scope: info.namespaced ? 'Namespaced' : 'Cluster', versions: [version] },
  };
  return { name, definition };
}

const OPEN: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function objectSchema({ kind }: KindInfo, summary: string): Schema {
  const spec = specSchema(kind);
  const status = spec === undefined ? OPEN : CONDITIONS;
  return {
    description: summary,
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: spec === undefined ? OPEN : structural(spec),
      ...(STATUS.has(kind) ? { status } : {}),
    },
    // What a name demands of the spec can only be asked when there is one.
    ...(kind === 'Tier' ? { required: ['metadata', 'spec'] } : {}),
    ...WHOLE_RULES.get(kind),
  };
}

const CONDITIONS: Schema = {
  type: 'object',
  properties: {
    conditions: {
      description: 'What is known about the object, one entry a type.',
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
        properties: {
          type: { type: 'string', maxLength: 316 },
          status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
          observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
          lastTransitionTime: { type: 'string', format: 'date-time' },
          reason: { type: 'string', minLength: 1, maxLength: 1024 },
          message: { type: 'string', maxLength: 32768 },
        },
      },
    },
  },
};

const INT_OR_STRING: Schema = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  pattern: '^.*',
  'x-kubernetes-int-or-string': true,
};

const DROPPED = new Set([
  '$schema',
  'additionalProperties',
  'anyOf',
  'const',
  'default',
  'properties',
  'items',
  'title',
  'type',
  'x-any-case',
  'x-crd',
  'required',
  'x-crd-default',
  'x-crd-optional',
  'x-default',
]);

function structural(schema: Schema): Schema {
  const { description, properties, items, additionalProperties } = schema;
  const told = description === undefined ? {} : { description };
  const filledIn = Object.hasOwn(schema, 'x-crd-default') ? { default: schema['x-crd-default'] } : {};
  const instead = schema['x-crd'];
  if (instead !== undefined) return { ...told, ...filledIn, ...(instead as Schema) };
  if (schema['x-kubernetes-int-or-string'] === true) return { ...told, ...filledIn, ...INT_OR_STRING };
  const anyCase = schema['x-any-case'] as readonly string[] | undefined;
  const map = typeof additionalProperties === 'object' && properties === undefined;
  return {
    ...told,
    ...typeOf(schema),
    ...filledIn,
    ...(anyCase ? { pattern: `^(?i)(${anyCase.join('|')})?$` } : {}),
    ...Object.fromEntries(
      Object.entries(schema).filter(
        ([keyword, value]) =>
          keyword !== 'description' && !DROPPED.has(keyword) && !isNoBound(keyword, value),
      ),
    ),
    ...requiredOf(schema),
    ...(items ? { items: structural(items) } : {}),
    ...(properties ? { properties: mapValues(properties, structural) } : {}),
    ...(map ? { additionalProperties: structural(additionalProperties) } : {}),
  };
}

function requiredOf({ required, properties }: Schema): Schema {
  const demanded = (required ?? []).filter((name) => properties?.[name]?.['x-crd-optional'] !== true);
  return demanded.length === 0 ? {} : { required: demanded };
}

function typeOf(schema: Schema): Schema {
  if (typeof schema.type === 'string') return { type: schema.type };
  throw new Error(`a schema without a single type: ${JSON.stringify(schema).slice(0, 200)}`);
}
