// Truth tables: every connection that a case is about, what is expected of it, and where two expectations differ.
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

/** Where the hand-written lines say something else than the literal reading; a pod and itself is left to nobody. */
export function contradictions(cluster: Cluster, step: Step, connections: readonly Connection[]): string[] {
  if (step.expect === undefined) return [];
  const lines = step.expect.map(parseLine);
  return connections.flatMap((c) => {
    const written = c.from === c.to || (lines.findLast((line) => line.covers(c))?.allow ?? true);
    const literal = literallyAllowed(cluster, c);
    return written === literal
      ? []
      : `${textOf(c)}: written ${word(written)}, read literally ${word(literal)}`;
  });
}

export const textOf = (c: Connection): string => `${c.from} > ${c.to} ${c.protocol} ${c.port}`;

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

const word = (allowed: boolean): string => (allowed ? 'allowed' : 'denied');
