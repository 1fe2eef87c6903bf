// A store that nobody has used gets what Calico expects in it before the first write. That it fails is for the write to
// say: often only other things are allowed. A store that does not answer ends the command, which would wait for it again.
import type { Client } from '../../client/index.ts';
import { DatastoreError } from '../../datastore/index.ts';

export async function ensureInitialized(client: Client): Promise<void> {
  try {
    await client.ensureInitialized();
  } catch (error) {
    if (!(error instanceof DatastoreError) || error.code === 'datastore/unavailable') throw error;
  }
}
