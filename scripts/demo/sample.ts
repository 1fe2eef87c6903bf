// The sample node of demo and lab: examples/shop laid out in namespaces.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGraph, feed, loadFiles, type NodePolicy } from '../../src/index.ts';
import { openLab, type Lab } from '../../test/lab/lab.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const SHOP = join(ROOT, 'examples/shop');
export const HOST_POLICY = join(ROOT, 'examples/host');
export const NEXT = join(ROOT, 'examples/shop-next/60-db.yaml');
export const NODE = 'node1';
export const OUTSIDE = ['192.0.2.9', '2001:db8::9'] as const;
export const HOST = ['192.0.2.1', '2001:db8::1'] as const;

export async function compile(inputs: readonly string[]): Promise<NodePolicy> {
  const loaded = await loadFiles([...inputs]);
  const graph = createGraph({ nodes: [NODE] });
  feed(loaded.resources, graph);
  graph.flush();
  return graph.nodePolicy(NODE);
}

export function openShop(
  policy: NodePolicy,
  options: { readonly name: string; readonly answers: boolean },
): Promise<Lab> {
  return openLab({
    ...options,
    workloads: [...policy.endpoints.values()].map((e) => ({
      interface: e.interfaceName,
      routes: e.addresses,
    })),
    // No subnet on the uplink: everything outside is behind the default route, so that nobody asks who has it.
    nodeAddresses: [`${HOST[0]}/32`, `${HOST[1]}/128`],
    outsideAddresses: [`${OUTSIDE[0]}/32`, `${OUTSIDE[1]}/128`],
  });
}
