// A real etcd that holds the 100,000 endpoints. Its data are in memory where there is /dev/shm: a disk that waits for
// every commit would be what is measured. TORTIE_ETCD names another etcd.
import { existsSync } from 'node:fs';
import { type EtcdServer, startEtcd } from '../../../test/etcd/server.ts';
import { ENDPOINTS } from './endpoints.ts';
import { start } from './processes.ts';

const MEMORY = '/dev/shm';

export async function preloaded(): Promise<EtcdServer & { readonly medium: string }> {
  const inMemory = existsSync(MEMORY) && process.env['BENCH_DISK'] === undefined;
  if (inMemory) process.env['TMPDIR'] = MEMORY;
  const server = await startEtcd({ args: ['--quota-backend-bytes=8589934592'] });
  try {
    const writer = start('writer', server.endpoint, String(ENDPOINTS));
    await writer.next();
    writer.tell({});
    await writer.next();
    return { ...server, medium: inMemory ? 'tmpfs' : 'disk' };
  } catch (error) {
    await server.remove();
    throw error;
  }
}
