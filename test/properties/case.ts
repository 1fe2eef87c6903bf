// One differential case: resources as a YAML reader would give them and one packet on one node; how oracle and
// evaluator judge it; how it is shrunk, saved and read back.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { formatAddress, parseAddress } from '../../src/net/index.ts';
import { createGraph, type NodePolicy } from '../../src/policy/index.ts';
import { type Resource, resourceKey } from '../../src/resources/index.ts';
import { createEvaluator, type Packet, type Translation } from '../../src/verdict/index.ts';
import { createOracle } from '../oracle/oracle.ts';
import { InvalidCase, parsed } from '../generator/resources.ts';
import type { Raw } from '../generator/rules.ts';
import { factsOf } from '../generator/universe.ts';

export interface Case {
  readonly node: string;
  readonly packet: Packet;
  readonly resources: readonly Raw[];
}

export function nodePolicies(
  resources: readonly Resource[],
  nodes: readonly string[],
): (node: string) => NodePolicy {
  const graph = createGraph({ nodes });
  graph.onUpdates(
    resources.map((value) => ({
      key: resourceKey(value.kind, value.metadata.namespace, value.metadata.name),
      value,
    })),
  );
  graph.onStatus('in-sync');
  graph.flush();
  return (node) => graph.nodePolicy(node);
}

/** What an opinion comes to: the verdict, and if it is allowed, the source that it leaves with. */
export function outcome(verdict: string, translation: Translation | undefined): string {
  return translation === undefined ? verdict : `${verdict} from ${JSON.stringify(translation)}`;
}

/** Both opinions; `undefined` when the resources are not valid. */
export function opinions(one: Case): { oracle: string; evaluator: string } | undefined {
  try {
    const resources = parsed(one.resources);
    const evaluator = createEvaluator(nodePolicies(resources, [one.node])(one.node), factsOf(one.node));
    const oracle = createOracle(resources, factsOf);
    const judged = evaluator.judge(one.packet);
    return {
      oracle: outcome(oracle.verdict(one.node, one.packet), oracle.translation(one.node, one.packet)),
      evaluator: outcome(judged.verdict, judged.translation),
    };
  } catch (error) {
    if (error instanceof InvalidCase) return undefined;
    throw error;
  }
}

export function disagrees(one: Case): boolean {
  const both = opinions(one);
  return both !== undefined && both.oracle !== both.evaluator;
}

/** Leaves out whatever can be left out while the case still fails: resources, then list elements, then fields. */
export async function shrink(one: Case, fails: (one: Case) => boolean | Promise<boolean>): Promise<Case> {
  let best = one;
  for (let again = true; again; ) {
    again = false;
    for (const smaller of smallerCases(best)) {
      if (await fails(smaller)) {
        best = smaller;
        again = true;
        break;
      }
    }
  }
  return best;
}

function* smallerCases(one: Case): Generator<Case> {
  const { resources } = one;
  for (let size = resources.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < resources.length; at += size)
      yield { ...one, resources: [...resources.slice(0, at), ...resources.slice(at + size)] };
  }
  for (const [index, resource] of resources.entries()) {
    for (const spec of smallerValues(resource['spec']))
      yield { ...one, resources: resources.with(index, { ...resource, spec }) };
  }
}

function* smallerValues(value: unknown): Generator {
  if (Array.isArray(value)) {
    for (let size = Math.max(1, value.length >> 1); size >= 1; size >>= 1) {
      for (let at = 0; at < value.length; at += size)
        yield [...value.slice(0, at), ...value.slice(at + size)];
    }
    for (const [index, inner] of value.entries())
      for (const smaller of smallerValues(inner)) yield value.with(index, smaller);
  } else if (value !== null && typeof value === 'object') {
    for (const [field, inner] of Object.entries(value)) {
      yield Object.fromEntries(Object.entries(value).filter(([name]) => name !== field));
      for (const smaller of smallerValues(inner)) yield { ...value, [field]: smaller };
    }
  }
}

const FOLDER = fileURLToPath(new URL('../regressions/', import.meta.url));

/** Saves a case for ever: `name` is its file's name without ending. */
export function saveCase(name: string, why: string, one: Case): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}${name}.yaml`;
  const { source, destination, originalDestination, ...packet } = one.packet;
  const text = (bits: bigint): string => formatAddress({ family: packet.family, bits });
  const document = {
    node: one.node,
    packet: {
      ...packet,
      source: text(source),
      destination: text(destination),
      ...(originalDestination !== undefined && { originalDestination: text(originalDestination) }),
    },
    resources: one.resources,
  };
  writeFileSync(file, `# ${why}\n${stringify(document, { aliasDuplicateObjects: false })}`);
  return file;
}

export function savedCases(): (Case & { readonly name: string })[] {
  const files = (existsSync(FOLDER) ? readdirSync(FOLDER, { withFileTypes: true }) : []).filter((entry) =>
    entry.name.endsWith('.yaml'),
  );
  return files.map(({ name }) => {
    const { node, packet, resources } = parse(readFileSync(FOLDER + name, 'utf8')) as {
      node: string;
      packet: Packet & { source: string; destination: string; originalDestination?: string };
      resources: Raw[];
    };
    const bits = (text: unknown): bigint => parseAddress(String(text))?.bits ?? 0n;
    const original = packet.originalDestination as unknown;
    return {
      name,
      node,
      resources,
      packet: {
        ...packet,
        source: bits(packet.source),
        destination: bits(packet.destination),
        ...(original !== undefined && { originalDestination: bits(original) }),
      },
    };
  });
}
