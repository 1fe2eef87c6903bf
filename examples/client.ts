// Calico's API from a program, beside the Go that does the same. Run it against the datastore that calicoctl uses:
//
//   DATASTORE_TYPE=etcdv3 ETCD_ENDPOINTS=http://127.0.0.1:2379 npx tsx examples/client.ts
//   DATASTORE_TYPE=kubernetes KUBECONFIG=~/.kube/config npx tsx examples/client.ts
//
// It makes the pool `example-pool`, 192.0.2.0/24, changes it, watches that, and deletes it again.
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
// In a program of your own: from 'tortie'.
import { type Client, createClient, DatastoreError, loadClientConfig } from '../src/index.ts';

export async function main(client: Client, print: (line: string) => void): Promise<void> {
  // pools, err := client.IPPools().List(ctx, options.ListOptions{})
  const pools = await client.ipPools.list();
  for (const pool of pools.items) print(`pool ${pool.metadata.name} ${pool.spec.cidr}`);

  // nodes, err := client.Nodes().List(ctx, options.ListOptions{})
  const nodes = await client.nodes.list();
  for (const node of nodes.items) print(`node ${node.metadata.name} ${node.spec.bgp?.ipv4Address ?? '-'}`);

  // pool := apiv3.NewIPPool(); pool.Name = "example-pool"; pool.Spec.CIDR = "192.0.2.0/24"
  // created, err := client.IPPools().Create(ctx, pool, options.SetOptions{})
  const created = await client.ipPools.create({
    metadata: { name: 'example-pool' },
    spec: { cidr: '192.0.2.0/24', ipipMode: 'Never', natOutgoing: false },
  });
  print(`created ${created.metadata.name}, blocks of /${created.spec.blockSize}`);

  // w, err := client.IPPools().Watch(ctx, options.ListOptions{Name: "example-pool", ResourceVersion: …})
  // for event := range w.ResultChan() { … }
  const { resourceVersion } = await client.ipPools.list({ name: 'example-pool' });
  const ended = watchPool(client, resourceVersion, print);

  // created.Spec.NATOutgoing = true
  // updated, err := client.IPPools().Update(ctx, created, options.SetOptions{})
  const updated = await client.ipPools.update({ ...created, spec: { ...created.spec, natOutgoing: true } });

  // _, err = client.IPPools().Update(ctx, created, …)
  // if _, ok := err.(errors.ErrorResourceUpdateConflict); ok { … }
  try {
    await client.ipPools.update({ ...created, spec: { ...created.spec, disabled: true } });
  } catch (error) {
    if (!(error instanceof DatastoreError) || error.code !== 'datastore/conflict') throw error;
    print(error.message);
  }

  // pool, err := client.IPPools().Get(ctx, "example-pool", options.GetOptions{})
  const pool = await client.ipPools.get('example-pool');
  print(`read ${pool.metadata.name}, natOutgoing ${pool.spec.natOutgoing}`);

  // _, err = client.IPPools().Delete(ctx, "example-pool", options.DeleteOptions{UID: &updated.UID})
  const { uid } = updated.metadata;
  await client.ipPools.delete('example-pool', { ...(uid !== undefined && { uid }) });
  await ended;
}

async function watchPool(client: Client, resourceVersion: string, print: (line: string) => void) {
  for await (const event of client.ipPools.watch({ name: 'example-pool', resourceVersion })) {
    if (event.type === 'error') throw event.error;
    if (event.type === 'bookmark') continue;
    const { metadata, spec } = event.object;
    print(
      `${event.type} ${metadata.name}${event.type === 'modified' ? `, natOutgoing ${spec.natOutgoing}` : ''}`,
    );
    if (event.type === 'deleted') return;
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  // client, err := clientv3.NewFromEnv()
  const client = createClient(loadClientConfig());
  try {
    await main(client, (line) => console.log(line));
  } finally {
    await client.close();
  }
}
