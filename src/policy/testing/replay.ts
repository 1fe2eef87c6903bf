// Lists of states, replayed in many ways. Whatever the way to a state, the graph must end with the same output, which
// is also that of a graph made from scratch; and each delta, applied to the output before, must give the output after.
import type { Resource } from '../../resources/index.ts';
import type { ResourceUpdate } from '../../sync/types.ts';
import { createGraph, type Graph } from '../graph.ts';
import type { NodePolicy } from '../node-policy.ts';
import { checkReferences } from './check-references.ts';
import { checkSharing } from './check-sharing.ts';
import { describe, dump } from './describe.ts';
import { applyDelta } from './mirror.ts';
import { keyOf } from './resources.ts';

export interface State {
  readonly name: string;
  readonly resources: readonly Resource[];
  /** What `describe` says of node n1. */
  readonly expected?: string;
}

export const EMPTY: State = { name: 'empty', resources: [], expected: '' };

/** The nodes of every graph here: n1 is described, n2 is compared with a graph from scratch only. */
export const NODES = ['n1', 'n2'];

interface Step {
  readonly updates: readonly ResourceUpdate[];
  /** The state reached after the updates. */
  readonly state: State;
}

/** The smallest change from one state to another, sorted by key. */
export function difference(from: State, to: State): ResourceUpdate[] {
  const before = new Map(from.resources.map((resource) => [keyOf(resource), resource]));
  const after = new Map(to.resources.map((resource) => [keyOf(resource), resource]));
  const updates: ResourceUpdate[] = [];
  for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const value = after.get(key);
    if (value === before.get(key)) continue;
    updates.push(value ? { key, value } : { key });
  }
  return updates;
}

function steps(states: readonly State[]): Step[] {
  return states.map((state, index) => ({ updates: difference(states[index - 1] ?? EMPTY, state), state }));
}

/** Ways to walk through a list of states. Each ends every step in a state whose output is known. */
export const EXPANDERS: ReadonlyMap<string, (states: readonly State[]) => Step[]> = new Map([
  ['as it is', steps],
  [
    'updates reversed',
    (states: readonly State[]) =>
      steps(states).map((step) => ({ ...step, updates: step.updates.toReversed() })),
  ],
  ['states reversed', (states: readonly State[]) => steps([...states.toReversed(), EMPTY])],
  ['blanks between', (states: readonly State[]) => steps(states.flatMap((state) => [state, EMPTY]))],
  [
    'squashed',
    (states: readonly State[]) => {
      const all = steps(states);
      const last = all.at(-1);
      return last ? [{ state: last.state, updates: all.flatMap((step) => step.updates) }] : [];
    },
  ],
  ['split', (states: readonly State[]) => steps(split(states))],
]);

/** Intermediate states of one change each, whose output is that of a graph from scratch. */
function split(states: readonly State[]): State[] {
  return steps(states).flatMap(({ updates, state }, index) => {
    const resources = new Map((states[index - 1] ?? EMPTY).resources.map((each) => [keyOf(each), each]));
    const between = updates.slice(0, -1).map(({ key, value }) => {
      if (value) resources.set(key, value);
      else resources.delete(key);
      return { name: `on the way to ${state.name}`, resources: [...resources.values()] };
    });
    return [...between, state];
  });
}

export const FLUSHES = [
  'after each update',
  'after each update, doubled',
  'after each state',
  'at the end',
] as const;

const scratch = new WeakMap<State, readonly NodePolicy[]>();

export function fromScratch(state: State): readonly NodePolicy[] {
  let policies = scratch.get(state);
  if (!policies) {
    const graph = createGraph({ nodes: NODES });
    graph.onUpdates(state.resources.map((value) => ({ key: keyOf(value), value })));
    graph.onStatus('in-sync');
    graph.flush();
    policies = NODES.map((node) => graph.nodePolicy(node));
    scratch.set(state, policies);
  }
  return policies;
}

export interface Difference {
  readonly state: string;
  readonly actual: string;
  readonly expected: string;
}

/** Walks through the states; what differed from what was expected, or nothing. */
export function replay(
  states: readonly State[],
  expander: string,
  flushing: (typeof FLUSHES)[number],
): Difference | undefined {
  const graph = createGraph({ nodes: NODES });
  const flush = createCheckedFlush(graph);
  graph.onStatus('in-sync');
  const walk = EXPANDERS.get(expander)?.(states) ?? [];
  for (const [index, { updates, state }] of walk.entries()) {
    for (const update of updates) {
      graph.onUpdates([update]);
      if (flushing.startsWith('after each update')) flush();
      if (!flushing.endsWith('doubled')) continue;
      graph.onUpdates([update]);
      if (flush() > 0)
        return { state: state.name, actual: `a change by repeating ${update.key}`, expected: 'none' };
    }
    if (flushing === 'at the end' && index < walk.length - 1) continue;
    flush();
    const found = compare(graph, state);
    if (found) return found;
  }
  return undefined;
}

function compare(graph: Graph, state: State): Difference | undefined {
  const expected = fromScratch(state);
  for (const [index, node] of NODES.entries()) {
    const actual = graph.nodePolicy(node);
    const wanted = expected[index];
    if (!wanted || dump(actual) === dump(wanted)) continue;
    const [a, b] =
      describe(actual) === describe(wanted)
        ? [dump(actual), dump(wanted)]
        : [describe(actual), describe(wanted)];
    return { state: `${state.name} on ${node}, against scratch`, actual: a, expected: b };
  }
  const [first] = NODES;
  const described = describe(graph.nodePolicy(first as string));
  if (state.expected === undefined || described === state.expected) return undefined;
  return { state: state.name, actual: described, expected: state.expected };
}

/** A flush that checks every delta, every reference and what is shared; gives how many nodes changed. */
export function createCheckedFlush(graph: Graph): () => number {
  const mirror = new Map(NODES.map((node) => [node, graph.nodePolicy(node)]));
  return () => {
    const delta = graph.flush();
    for (const node of NODES) {
      const before = mirror.get(node) as NodePolicy;
      const after = graph.nodePolicy(node);
      const change = delta.get(node);
      if (!change && after !== before) throw new Error(`${node} changed without a delta`);
      const applied = change ? applyDelta(before, change) : before;
      if (dump(applied) !== dump(after)) {
        throw new Error(
          `the delta of ${node} does not lead to its value:\n${describe(applied)}\n---\n${describe(after)}`,
        );
      }
      const faults = [...checkReferences(after), ...checkSharing(before, after)];
      if (faults.length > 0) throw new Error(`${node}: ${faults.join('; ')}`);
      mirror.set(node, after);
    }
    return delta.size;
  };
}
