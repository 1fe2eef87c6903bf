// What ClusterInformation says of the cluster, for `version`.
import { TortieError } from '../../errors/index.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import type { DatastoreOptions } from '../options.ts';
import { complain } from './failure.ts';
import { at, text } from './go-text.ts';
import { withReader } from './session.ts';

export async function showCluster(context: Context, options: DatastoreOptions): Promise<number> {
  try {
    const { spec } = await withReader(context, options, (reader) =>
      reader.get({ kind: 'ClusterInformation', name: 'default' }),
    );
    const said = (path: string) => text(at(spec, path)) || 'unknown';
    context.print(`Cluster Version:   ${said('calicoVersion')}\nCluster Type:      ${said('clusterType')}`);
    return OK;
  } catch (error) {
    if (!(error instanceof TortieError)) throw error;
    complain(context, `unable to retrieve Cluster Version or Type: ${error.message}`);
    return FOUND;
  }
}
