// A case of the Kubernetes suites as a course: every connection compared with the literal reading of the Kubernetes API,
// and that with what is written by hand.
import { type Case, change, type Cluster, objectsOf, type Step } from './cluster.ts';
import { packetOf } from './compile.ts';
import type { Course, Stage } from './run.ts';
import { connectionsOf, contradictions, expectedTable, textOf } from './table.ts';

export function courseOf({ name, tags, cluster: first, steps }: Case): Course {
  let cluster = first;
  const stages = steps.map((step) => stageOf((cluster = change(cluster, step)), step));
  return { name, tags, stages };
}

function stageOf(cluster: Cluster, step: Step): Stage {
  return {
    what: step.what,
    objects: objectsOf(cluster),
    questions: (family, interfaces) => {
      const connections = connectionsOf(cluster, family);
      const expected = expectedTable(cluster, connections);
      return connections.map((c, n) => ({
        text: textOf(c),
        packet: packetOf(c, interfaces),
        // What a pod sends to itself is its own affair and never meets a policy.
        allowed: c.from === c.to ? undefined : expected[n],
      }));
    },
    complaints: (family) => contradictions(cluster, step, connectionsOf(cluster, family)),
  };
}
