// From files to the values that tests look at, along the product's own path: file datastore → sync → graph.
import { loadFiles, type LoadResult } from '../../src/datastore/file/index.ts';
import { formatProblems } from '../../src/errors/index.ts';
import { createGraph, type NodePolicy } from '../../src/policy/index.ts';
import { feed } from '../../src/sync/index.ts';

export interface Compiled {
  readonly policy: NodePolicy;
  readonly loaded: LoadResult;
}

/** Compiles for one node; throws with the printed problems when the input has errors. */
export async function compileFiles(inputs: readonly string[], node = 'node1'): Promise<Compiled> {
  const loaded = await loadFiles([...inputs]);
  const errors = loaded.problems.filter((p) => p.severity === 'error');
  if (errors.length > 0) throw new Error(formatProblems(errors, { source: loaded.sources }));
  const graph = createGraph({ nodes: [node] });
  feed(loaded.resources, graph);
  graph.flush();
  return { policy: graph.nodePolicy(node), loaded };
}
