#!/usr/bin/env node
// `npm run conformance`: every case of the published policy suites on every backend (the evaluator, nftables, iptables
// over both of its backends), IPv4 and IPv6, in a private lab; and docs/conformance.md, written from what was seen.
// `--check` compares the page instead, and fails when it is stale. Other arguments go on to vitest.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './lib/run.mjs';
import { build, nodeVersionOk, setupNode, setupTools } from './lib/setup.mjs';

const BACKENDS = {
  evaluator: 'evaluator',
  nftables: 'nftables',
  'iptables-nft': 'iptables (nft)',
  'iptables-legacy': 'iptables (legacy)',
};
const SUITES = {
  e2e: 'Kubernetes NetworkPolicy e2e',
  cnp: 'network-policy-api ClusterNetworkPolicy v1alpha2',
  generated: 'generated in the manner of cyclonus',
  calico: "Calico's own policy",
};

if (!nodeVersionOk()) {
  console.error(`conformance: Node ${process.versions.node} is too old; see "engines" in package.json`);
  process.exit(2);
}
setupNode();
if (setupTools().length > 0) process.exit(2);
build();
const args = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'tortie-conformance-'));
const file = join(folder, 'results');
writeFileSync(file, '');
const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', 'test/conformance'];
const status = run(
  [process.execPath, 'scripts/lab-exec.mjs', ...vitest, ...args.filter((arg) => arg !== '--check')],
  { cwd: root, env: { ...process.env, TORTIE_CONFORMANCE: file } },
);
const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
rmSync(folder, { recursive: true });
// A page of what passed would be a lie while something fails.
if (status !== 0) process.exit(status);
const page = join(root, 'docs/conformance.md');
const text = pageOf(lines.map((line) => JSON.parse(line)));
if (args.includes('--check')) {
  if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/conformance.md is stale: npm run conformance');
    process.exit(1);
  }
} else writeFileSync(page, text);

function pageOf(seen) {
  const rows = Object.entries(SUITES).flatMap(([suite, title]) =>
    Object.entries(BACKENDS).flatMap(([backend, name]) =>
      [4, 6].map((family) => {
        const mine = seen.filter((s) => s.suite === suite && s.backend === backend && s.family === family);
        const sum = (field) => mine.reduce((total, s) => total + s[field], 0);
        const count = (n) => n.toLocaleString('en-US');
        return `| ${title} | ${name} | IPv${family} | ${count(mine.length)} | ${count(sum('steps'))} | ${count(sum('cells'))} | 0 |`;
      }),
    ),
  );
  return `# Conformance

Written by \`npm run conformance\`; do not edit. The suites by which CNI plugins are judged, as data of our own in
\`test/conformance/\`, over the way that users take: Kubernetes and Calico objects as \`kubectl get -o json\` prints them →
files → graph → evaluator or kernel. Kernel results are packets sent between network namespaces, policies changing under
them.

- **Kubernetes NetworkPolicy e2e**: the behaviours of the upstream suite, with what each step must show written by hand.
- **ClusterNetworkPolicy**: its 24 tests; each step is one of the 92 sub-runs.
- **Generated**: targets × rules × peers × ports × actions over three namespaces of three pods.
- **Calico's own policy**: tiers, Pass, staged policies, profiles, selectors, nets and network sets, ports by number and by
  name, protocols and ICMP, services, connections, endpoint-to-host, tunnels; host endpoints, applyOnForward, failsafes,
  preDNAT, doNotTrack.

In the first three, every pod asks every pod after every step, TCP, UDP and SCTP, ports 80 and 81 (and, where a policy
speaks of nodes or address blocks, two other nodes and an address on the internet). What is expected comes from a literal
reading of the Kubernetes API definitions (\`test/conformance/literal.ts\`), which shares no code with tortie and must agree
with what is written by hand. What a pod sends to itself is asked and not compared: it never leaves the pod.

In the fourth, four pods, a workload that Calico alone knows, the host and a host beyond each of two uplinks ask each other
the same, and what else a case is about: ICMP, other protocols and ports, states of connections, node ports. What each step
must show is written by hand, from what Calico documents.

| suite | backend | family | cases | steps | verdicts | wrong |
| --- | --- | --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}
`;
}
