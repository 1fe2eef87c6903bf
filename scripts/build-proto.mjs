// Generates the messages of etcd's API from src/datastore/etcd/etcd.proto (npm run build:proto). What it writes is
// committed: neither users nor the tests need the compiler. `--check` writes nothing and fails when it is stale.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './lib/run.mjs';

const source = 'src/datastore/etcd';
const target = join(root, source, 'generated/etcd_pb.ts');
const out = mkdtempSync(join(tmpdir(), 'tortie-proto-'));
const template = {
  version: 'v2',
  plugins: [{ local: join(root, 'node_modules/.bin/protoc-gen-es'), out, opt: ['target=ts'] }],
};
let status = run([
  join(root, 'node_modules/.bin/buf'),
  'generate',
  source,
  '--template',
  JSON.stringify(template),
]);
if (status === 0) {
  const text = readFileSync(join(out, 'etcd_pb.ts'), 'utf8');
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    console.error('src/datastore/etcd/generated/etcd_pb.ts is stale: npm run build:proto');
    status = 1;
  }
}
rmSync(out, { recursive: true });
process.exit(status);
