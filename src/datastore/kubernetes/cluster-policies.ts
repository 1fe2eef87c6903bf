// ClusterNetworkPolicies. One that names nodes becomes the nodes' addresses, so it changes when they do: the nodes are
// read with the list, watched with the watch, and such a policy's revision says for which nodes it was made.
import { createHash } from 'node:crypto';
import { dependsOnNodes } from '../../convert/index.ts';
import { KUBERNETES_KINDS, type Node, parseKubernetes } from '../../resources/index.ts';
import type { CallOptions, Entry, Listing, ObjectKey, Revision, Selection, WatchEvent } from '../types.ts';
import type { Api } from './connect.ts';
import { convertedSource } from './converted.ts';
import { merged } from './merged.ts';
import { nodeSource } from './nodes.ts';
import { getSource, listSource, type RawObject, type Source, watchSource } from './reading.ts';

const KIND = 'KubernetesClusterNetworkPolicy';
const POLICY_INFO = KUBERNETES_KINDS.find(({ kind }) => kind === 'ClusterNetworkPolicy')!;

const key = ({ metadata }: RawObject): ObjectKey | undefined =>
  metadata?.name ? { kind: KIND, name: metadata.name } : undefined;

function namesNodes(raw: RawObject): boolean {
  const { value } = parseKubernetes(POLICY_INFO, {
    ...raw,
    apiVersion: POLICY_INFO.apiVersion,
    kind: POLICY_INFO.kind,
  });
  return value?.kind === 'ClusterNetworkPolicy' && dependsOnNodes(value);
}

/** Of a node only labels and addresses count here, and those are the same either way. */
const NODES = nodeSource({ usePodCidr: false });

/** The nodes of a moment. */
class Nodes {
  readonly #byName = new Map<string, Node>();
  #mark: string | undefined;

  set(name: string, node: Node | undefined): void {
    if (node) this.#byName.set(name, node);
    else this.#byName.delete(name);
    this.#mark = undefined;
  }

  get all(): readonly Node[] {
    return [...this.#byName.values()];
  }

  /** The same for the same names, labels and addresses. */
  get mark(): string {
    this.#mark ??= createHash('sha256')
      .update(
        JSON.stringify(
          [...this.#byName]
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, { metadata, spec }]) => [name, [...(metadata.labels ?? [])], spec.addresses]),
        ),
      )
      .digest('hex')
      .slice(0, 12);
    return this.#mark;
  }
}

/** `17.3f…` for the eighteenth change and those nodes. */
const revisionOf = (raw: RawObject, nodes: Nodes): Revision => {
  const own = raw.metadata?.resourceVersion ?? '';
  return namesNodes(raw) ? `${own}.${nodes.mark}` : own;
};

const withNodes = (nodes: Nodes): Source =>
  convertedSource(
    {
      from: 'ClusterNetworkPolicy',
      kind: KIND,
      base: '/apis/policy.networking.k8s.io/v1alpha2',
      plural: 'clusternetworkpolicies',
      namespaced: false,
      turned: true,
      key,
      revision: (raw) => revisionOf(raw, nodes),
    },
    () => ({ nodes: nodes.all }),
  );

async function readNodes(api: Api, signal: AbortSignal | undefined): Promise<readonly [Nodes, Revision]> {
  const nodes = new Nodes();
  const { items, revision } = await listSource(api, NODES, { kind: 'Node' }, { signal });
  for (const { resource } of items)
    if (resource?.kind === 'Node') nodes.set(resource.metadata.name, resource);
  return [nodes, revision];
}

export const clusterPolicyKind = (api: Api) => ({
  async get(wanted: ObjectKey, options?: CallOptions): Promise<Entry | undefined> {
    const [nodes] = await readNodes(api, options?.signal);
    const source = withNodes(nodes);
    return source.read(await getSource(api, source, wanted, wanted.name, options?.signal));
  },
  async list(selection: Selection, { signal }: CallOptions = {}): Promise<Listing> {
    const [nodes] = await readNodes(api, signal);
    // Few clusters have them: that they are not there is worth no word.
    const { missing: _, ...listing } = await listSource(api, withNodes(nodes), selection, { signal });
    return listing;
  },
  async *watch(
    selection: Selection,
    revision: Revision | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<WatchEvent, void> {
    const [nodes, nodesRevision] = await readNodes(api, signal);
    /** Those that name nodes, as they were last seen. */
    const dependent = new Map<string, RawObject>();
    const source = withNodes(nodes);
    const remembering: Source = {
      ...source,
      read(raw) {
        const name = raw.metadata?.name ?? '';
        if (namesNodes(raw)) dependent.set(name, raw);
        else dependent.delete(name);
        return source.read(raw);
      },
    };
    // What is there already is not told again, and yet must follow the nodes. It also tells of nodes that have changed
    // since the caller's list.
    for (const entry of (await listSource(api, remembering, selection, { signal })).items)
      if (entry.revision.includes('.')) yield { type: 'modified', entry };
    const from = revision?.split('.')[0];
    const policies = async function* (stop: AbortSignal) {
      const events = watchSource(api, remembering, selection, {
        ...(from && { revision: from }),
        signal: stop,
      });
      for await (const event of events) {
        if (event.type === 'deleted') dependent.delete(event.key.name);
        yield event;
      }
    };
    const followed = async function* (stop: AbortSignal): AsyncGenerator<WatchEvent, void> {
      for await (const event of watchSource(
        api,
        NODES,
        { kind: 'Node' },
        { revision: nodesRevision, signal: stop },
      )) {
        if (event.type === 'error') {
          yield event;
          continue;
        }
        if (event.type === 'bookmark') continue;
        const before = nodes.mark;
        if (event.type === 'deleted') nodes.set(event.key.name, undefined);
        else if (event.entry.resource?.kind === 'Node') nodes.set(event.entry.key.name, event.entry.resource);
        if (nodes.mark === before) continue;
        for (const raw of dependent.values()) {
          const entry = source.read(raw);
          if (entry) yield { type: 'modified', entry };
        }
      }
    };
    yield* merged([policies, followed], signal);
  },
});
