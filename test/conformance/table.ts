// Truth tables: every connection that a case is about, what is expected of it, and how a table that is wrong is shown.
import { type Cluster, OUTSIDE, PORTS, PROTOCOLS, type Step } from './cluster.ts';
import type { Family } from '../../src/net/index.ts';
import { type Connection, literallyAllowed } from './literal.ts';

/** Pods to pods, and pods to what is outside where some policy speaks of it. */
export function connectionsOf(cluster: Cluster, family: Family): Connection[] {
  const pods = [...cluster.pods.keys()];
  const outside = speaksOfOutside(cluster) ? [...OUTSIDE.keys()] : [];
  return PROTOCOLS.flatMap((protocol) =>
    PORTS.flatMap((port) =>
      pods.flatMap((from) => [...pods, ...outside].map((to) => ({ from, to, protocol, port, family }))),
    ),
  );
}

function speaksOfOutside(cluster: Cluster): boolean {
  return /"(?:nodes|networks|ipBlock)"/.test(JSON.stringify([...cluster.policies.values()]));
}

export function expectedTable(cluster: Cluster, connections: readonly Connection[]): boolean[] {
  return connections.map((connection) => literallyAllowed(cluster, connection));
}

/** What the hand-written lines say; a pod and itself is left to nobody. */
export function writtenTable(step: Step, connections: readonly Connection[]): boolean[] | undefined {
  if (step.expect === undefined) return undefined;
  const lines = step.expect.map(parseLine);
  return connections.map((c) => c.from === c.to || (lines.findLast((line) => line.covers(c))?.allow ?? true));
}

function parseLine(text: string) {
  const [, verdict = '', from = '', to = '', protocol, port] =
    /^(allow|deny) (\S+) > (\S+)(?: (TCP|UDP|SCTP))?(?: (\d+))?$/.exec(text) ?? [];
  if (verdict === '') throw new Error(`not a line of an expectation: ${text}`);
  const ends = (pattern: string, name: string) =>
    pattern === '*' ||
    pattern === name ||
    (pattern.endsWith('/*') && name.startsWith(pattern.slice(0, -1))) ||
    (pattern === 'pods' && name.includes('/'));
  const covers = (c: Connection) =>
    ends(from, c.from) &&
    ends(to, c.to) &&
    (protocol === undefined || protocol === c.protocol) &&
    (port === undefined || Number(port) === c.port);
  return { allow: verdict === 'allow', covers };
}

/** The connections whose verdicts differ, a line each, at most twenty. */
export function differences(
  connections: readonly Connection[],
  wanted: readonly boolean[],
  seen: readonly boolean[],
): string[] {
  const lines = connections.flatMap((c, n) =>
    wanted[n] === seen[n]
      ? []
      : `IPv${c.family} ${c.from} > ${c.to} ${c.protocol} ${c.port}: expected ${word(wanted[n])}, is ${word(seen[n])}`,
  );
  return lines.length > 20 ? [...lines.slice(0, 20), `and ${lines.length - 20} more`] : lines;
}

const word = (allowed: boolean | undefined): string => (allowed === true ? 'allowed' : 'denied');
