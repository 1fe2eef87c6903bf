// How long `tortie get` takes against a real etcd on this machine: one object, and 10,000 network policies in each form.
// Wall clock and processor time of the process, median of 7 runs, on the built CLI; `--version` for comparison.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createEtcdDatastore } from '../../src/datastore/etcd/index.ts';
import { startEtcd } from '../../test/etcd/server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const OBJECTS = 10_000;
const RUNS = 7;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const etcd = await startEtcd();
try {
  const store = createEtcdDatastore({ endpoints: [etcd.endpoint] });
  const numbers = Array.from({ length: OBJECTS }, (_, n) => n);
  const writer = async () => {
    for (let n = numbers.pop(); n !== undefined; n = numbers.pop())
      await store.create({
        apiVersion: 'projectcalico.org/v3',
        kind: 'NetworkPolicy',
        metadata: { name: `p${n}`, namespace: `ns${n % 50}` },
        spec: {
          tier: 'default',
          order: n,
          selector: `app == 'a${n}'`,
          types: ['Ingress'],
          ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [80, 443] } }],
        },
      });
  };
  await Promise.all(Array.from({ length: 50 }, writer));
  await store.close();
  const env = { ...process.env, DATASTORE_TYPE: 'etcdv3', ETCD_ENDPOINTS: etcd.endpoint };
  console.log('| command | ms | ms of CPU |\n| --- | --- | --- |');
  for (const command of [
    '--version',
    'get networkpolicy p7 -n ns7',
    ...['ps', 'wide', 'yaml', 'json'].map((form) => `get networkpolicies -A -o ${form}`),
  ]) {
    const runs = Array.from({ length: RUNS }, () => {
      const started = performance.now();
      const argv = ['dist/bin/tortie.js', ...command.split(' ')];
      // Children's processor time is not in resourceUsage: the shell tells it.
      const timed = ['-c', 'exec 3>&2; "$0" "$@" >/dev/null; times >&3', process.execPath, ...argv];
      const done = spawnSync('sh', timed, { cwd: root, env, encoding: 'utf8' });
      if (done.status !== 0) throw new Error(`${command}: ${done.stderr}`);
      return { ms: performance.now() - started, cpu: childSeconds(done.stderr) * 1000 };
    });
    const of = (what: 'ms' | 'cpu') => median(runs.map((one) => one[what])).toFixed(0);
    console.log(`| tortie ${command} | ${of('ms')} | ${of('cpu')} |`);
  }
} finally {
  await etcd.remove();
}

/** The second line of `times`: user and system time of children, as `0m0.250s 0m0.040s`. */
function childSeconds(text: string): number {
  const found = [...(text.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  return found.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
