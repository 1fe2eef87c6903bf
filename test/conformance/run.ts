// One case on one backend: its steps in order, each family apart, every connection compared with the literal reading, and
// that with what is written by hand.
import type { Family } from '../../src/net/index.ts';
import type { NodePolicy } from '../../src/policy/index.ts';
import type { Packet } from '../../src/verdict/index.ts';
import { type Case, change } from './cluster.ts';
import { compile, interfacesOf, packetOf } from './compile.ts';
import { record, type Seen } from './results.ts';
import { connectionsOf, differences, expectedTable, writtenTable } from './table.ts';

export interface Backend {
  readonly name: Seen['backend'];
  /** From now on this is enforced. */
  enforce(policy: NodePolicy): Promise<void>;
  /** Is it let through? */
  ask(packets: readonly Packet[]): Promise<readonly boolean[]> | readonly boolean[];
}

const FAMILIES = [4, 6] as const;

/** What is wrong, a line each: empty is right. Nothing is asked after the first step that goes wrong. */
export async function runCase(suite: string, one: Case, backend: Backend): Promise<string[]> {
  const cells = new Map<Family, number>(FAMILIES.map((family) => [family, 0]));
  let { cluster } = one;
  for (const step of one.steps) {
    cluster = change(cluster, step);
    const policy = await compile(cluster);
    const interfaces = interfacesOf(policy);
    await backend.enforce(policy);
    for (const family of FAMILIES) {
      const connections = connectionsOf(cluster, family);
      const expected = expectedTable(cluster, connections);
      const written = writtenTable(step, connections) ?? expected;
      const answers = await backend.ask(connections.map((c) => packetOf(c, interfaces)));
      // What a pod sends to itself is its own affair and never meets a policy.
      const seen = connections.map((c, n) => c.from === c.to || answers[n] === true);
      const wrong = [
        ...differences(connections, written, expected).map((line) => `literal reading: ${line}`),
        ...differences(connections, expected, seen),
      ];
      if (wrong.length > 0) return wrong.map((line) => `${step.what}: ${line}`);
      cells.set(family, (cells.get(family) ?? 0) + connections.filter((c) => c.from !== c.to).length);
    }
  }
  for (const [family, count] of cells) {
    record({ suite, backend: backend.name, family, case: one.name, steps: one.steps.length, cells: count });
  }
  return [];
}
