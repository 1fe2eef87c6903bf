// From files to what one or several nodes must enforce, the path of every command: file datastore → sync → graph. An
// invalid object never weakens policy: with any error nothing is compiled, and the command ends with status 2.
import { loadFiles, type LoadResult, type Origins } from '../datastore/file/index.ts';
import { type Path, type Place, type Problem, problem, TortieError } from '../errors/index.ts';
import {
  createGraph,
  type Graph,
  type HostFacts,
  hostFactsProblems,
  interfacesByRoute,
  type NodePolicy,
} from '../policy/index.ts';
import { BUILTINS, type Resource, type ResourceKey, resourceKey, type RuleId } from '../resources/index.ts';
import { feed } from '../sync/index.ts';
import type { Context } from './context.ts';
import { errorsOf, fail } from './exit.ts';
import type { InputOptions, NodeOptions } from './options.ts';

/** Finds file and line of what caused something. */
export type Locate = (ref: {
  readonly rule?: RuleId;
  readonly resource?: ResourceKey;
  /** A field of the resource. */
  readonly path?: Path;
}) => Place | undefined;

export interface LoadedPolicy {
  readonly resources: readonly Resource[];
  /** Warnings only, unless it came from readInput. */
  readonly problems: readonly Problem[];
  /** How many of the resources the input gave; the others are built in. */
  readonly given: number;
  /** A file or directory could not be read at all. */
  readonly unread: boolean;
  /** Nodes of workload endpoints and host endpoints, sorted. */
  readonly nodes: readonly string[];
  /** Names of the Node resources, sorted. */
  readonly declaredNodes: readonly string[];
  /** `namespace/pod` of workload endpoints, by resource key. */
  readonly aliases: ReadonlyMap<ResourceKey, readonly string[]>;
  readonly locate: Locate;
}

/** `facts`: the host's, when they are known already. */
interface LoadInput extends InputOptions, NodeOptions {
  readonly facts?: HostFacts;
}

async function podInterfaces({ interfaces, facts, host }: LoadInput) {
  if (interfaces !== 'routes') return undefined;
  const known = facts ?? (await readFacts(host));
  if (known?.routes) return interfacesByRoute(known);
  const hint = 'jq -s add <(ip -j addr) <(ip -j route) <(ip -j -6 route) > FILE, and --host FILE';
  fail('cli/usage', '--interfaces routes needs the routes of the host', hint);
}

/** Reads everything and keeps the errors beside what could be read. */
export async function readInput(context: Context, options: LoadInput): Promise<LoadedPolicy> {
  const result = isStored(options) ? await readStore(context, options) : await readFiles(context, options);
  const endpoints = result.resources.filter((r) => r.kind === 'WorkloadEndpoint');
  const hosts = result.resources.filter((r) => r.kind === 'HostEndpoint');
  const aliases = endpoints.flatMap(({ kind, metadata, spec }): [ResourceKey, readonly string[]][] =>
    spec.pod === undefined
      ? []
      : [[resourceKey(kind, metadata.namespace, metadata.name), [`${metadata.namespace}/${spec.pod}`]]],
  );
  return {
    resources: result.resources,
    given: result.resources.filter((r) => !BUILTINS.includes(r)).length,
    problems: result.problems,
    unread: result.problems.some((p) => UNREAD.has(p.code)),
    nodes: [...new Set([...endpoints, ...hosts].flatMap((e) => e.spec.node ?? []))].toSorted(compareText),
    declaredNodes: result.resources
      .flatMap((r) => (r.kind === 'Node' ? r.metadata.name : []))
      .toSorted(compareText),
    aliases: new Map(aliases),
    locate: result.locate,
  };
}

interface Input extends Pick<LoadedPolicy, 'resources' | 'problems' | 'locate'> {}

async function readFiles(context: Context, options: LoadInput): Promise<Input> {
  const { maxFileSize, node, filename } = options;
  if (filename === undefined || filename.length === 0)
    fail('cli/usage', 'nothing to read', 'name files with -f, or a datastore with --datastore');
  const interfaceName = await podInterfaces(options);
  const result: LoadResult = await loadFiles(filename, {
    stdin: () => context.io.stdin(),
    ...(maxFileSize !== undefined && { maxBytes: maxFileSize }),
    ...(interfaceName && { interfaceName }),
    ...(node !== undefined && { node }),
  });
  context.addSources(result.sources);
  return { ...result, locate: locator(result.origins) };
}

const isStored = ({ datastore }: LoadInput): boolean => datastore !== undefined;

async function readStore(context: Context, options: LoadInput): Promise<Input> {
  if (options.filename && options.filename.length > 0)
    fail('cli/usage', `-f and --datastore ${options.datastore} exclude each other`);
  if (options.interfaces === 'routes')
    fail('cli/usage', '--interfaces routes is not known to a datastore', 'leave it out');
  const { readStored } = await import('./from-datastore.ts');
  return { ...(await readStored(context, options)), locate: () => undefined };
}

/** Not the content of a file is wrong: it could not be had. */
const UNREAD: ReadonlySet<string> = new Set(['file/missing', 'file/unreadable', 'file/too-large']);

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function locator(origins: Origins): Locate {
  return ({ rule, resource, path }) => {
    const parts = rule?.split('/') ?? [];
    const [direction, index] = parts.slice(-2);
    if (direction === undefined || index === undefined) {
      return resource === undefined ? undefined : origins.locate(resource, path);
    }
    return origins.locate(parts.slice(0, -2).join('/'), ['spec', direction, Number(index)]);
  };
}

/** As readInput, but any error ends the command; warnings are reported. */
export async function loadPolicy(context: Context, options: LoadInput): Promise<LoadedPolicy> {
  const loaded = await readInput(context, options);
  refuseErrors(context, loaded.problems);
  return { ...loaded, problems: loaded.problems.filter((p) => p.severity !== 'error') };
}

export function compileNodes(
  context: Context,
  loaded: LoadedPolicy,
  nodes: readonly string[],
): ReadonlyMap<string, NodePolicy> {
  const graph = graphOf(loaded, nodes);
  refuseErrors(context, problemsOf(graph, loaded));
  return new Map(nodes.map((node) => [node, graph.nodePolicy(node)]));
}

/**
 * A node without endpoints may be meant; a misspelt one would enforce nothing. With `mustBeKnown` (where rules are
 * changed) a name that no endpoint and no Node has is an error, elsewhere a warning.
 */
export function compileNode(
  context: Context,
  loaded: LoadedPolicy,
  wanted: string | undefined,
  { mustBeKnown = false } = {},
): NodePolicy {
  const node = chooseNode(loaded, wanted);
  const unknown = unknownNode(loaded, node);
  if (unknown !== undefined)
    refuseErrors(context, [{ ...unknown, severity: mustBeKnown ? 'error' : 'warning' }]);
  const policy = compileNodes(context, loaded, [node]).get(node);
  if (policy === undefined) throw new TypeError(`the graph knows nothing of node ${node}`);
  return policy;
}

/** What only the host's own facts show, or that they would be needed: said wherever rules are made. */
export function hostProblems(policy: NodePolicy, facts: HostFacts | undefined): readonly Problem[] {
  if (facts !== undefined) return hostFactsProblems(policy, facts);
  return [...policy.hostEndpoints.values()]
    .filter(({ interfaceName }) => interfaceName === undefined)
    .map(({ id }) =>
      problem(
        'policy/host-unknown',
        'found by its expected addresses, and the addresses of the host are not known: it is left out',
        {
          severity: 'warning',
          resource: id,
          hint: 'give them with --host FILE, e.g. the output of `ip -j addr`',
        },
      ),
    );
}

function unknownNode({ nodes, declaredNodes }: LoadedPolicy, node: string): Problem | undefined {
  const known = [...new Set([...nodes, ...declaredNodes])];
  if (known.includes(node)) return undefined;
  const names = known.length === 0 ? 'there is neither an endpoint nor a Node' : `known: ${known.join(', ')}`;
  return problem('cli/node', `no endpoint and no Node is called ${node}`, { hint: names });
}

/** What only the whole shows: a tier or profile that is missing, two endpoints on one interface … */
export function wholePolicyProblems(loaded: LoadedPolicy): readonly Problem[] {
  return problemsOf(graphOf(loaded, loaded.nodes), loaded);
}

/** The graph knows resources and fields, not files. */
function problemsOf(graph: Graph, { locate }: LoadedPolicy): readonly Problem[] {
  return graph.problems().map((p) => {
    const place = p.place ?? (p.resource === undefined ? undefined : locate(p));
    return place === undefined ? p : { ...p, place };
  });
}

function graphOf(loaded: LoadedPolicy, nodes: readonly string[]): Graph {
  const graph = createGraph({ nodes: [...nodes] });
  feed(loaded.resources, graph);
  graph.flush();
  return graph;
}

function refuseErrors(context: Context, problems: readonly Problem[]): void {
  const errors = errorsOf(problems);
  if (errors.length > 0) throw new TortieError(problems);
  context.report(problems);
}

/** The node asked for, or the only one that has endpoints, or else the only one that there is. */
export function chooseNode({ nodes, declaredNodes }: LoadedPolicy, wanted: string | undefined): string {
  if (wanted !== undefined) return wanted;
  const candidates = nodes.length > 0 ? nodes : declaredNodes;
  const [only] = candidates;
  if (candidates.length === 1 && only !== undefined) return only;
  const known = nodes.length === 0 ? 'no endpoint names a node' : `the endpoints are on ${nodes.join(', ')}`;
  fail('cli/node', 'which node is meant?', `${known}; name one with --node`);
}

/** HostFacts of --host; the schema is only loaded when there is a file to read. */
export async function readFacts(file: string | undefined): Promise<HostFacts | undefined> {
  if (file === undefined) return undefined;
  const { readHostFile } = await import('./host-file.ts');
  return readHostFile(file);
}
