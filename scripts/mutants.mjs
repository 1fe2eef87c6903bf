#!/usr/bin/env node
// Mutation check: seeded faults in graph and renderers, each of which the differential tests must catch. Every fault is
// one replacement in a *copy* of the tree; faults of the graph are shown to the unit differential (oracle against
// evaluator), faults of a renderer to the kernel differential (oracle against the kernel), faults in the order of commits
// to the unit tests that walk through them.
//
//   npm run mutants [-- NAME-PART …]      exit 0 only when every fault was caught
//
// TORTIE_SEED fixes the seed (default 1), TORTIE_MUTANT_VERDICTS how many packets a fault may survive at most. A fault
// whose text does not occur in its file exactly once is an error: the list must follow the code.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COPIED = [
  'src',
  'test',
  'scripts',
  'grammar',
  'packages',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];
const BUDGET = { unit: 20_000, kernel: 6_000 };

const graph = (name, file, search, replace) => ({
  name,
  kind: 'unit',
  file: `src/policy/${file}`,
  search,
  replace,
});
const render = (name, file, search, replace) => ({
  name,
  kind: 'kernel',
  file: `src/render/${file}`,
  search,
  replace,
});

/** Of the order in which tables are committed: shown to the tests that walk through every state between two policies. */
const order = (name, file, search, replace) => ({
  name,
  kind: 'order',
  file: `src/${file}`,
  search,
  replace,
});

const MUTANTS = [
  graph(
    'the ports of a service are all of its first one',
    'service-sets.ts',
    'spec.ports.map(({ protocol, port }) =>',
    'spec.ports.slice(0, 1).map(({ protocol, port }) =>',
  ),
  graph(
    'policies and tiers in falling order',
    'order.ts',
    'return a < b ? -1 : 1;\n}\n\nexport function compareText',
    'return a < b ? 1 : -1;\n}\n\nexport function compareText',
  ),
  graph(
    'a tier loses its default action',
    'tiers.ts',
    "tier.spec.defaultAction === 'Pass' ? 'Pass' : 'Deny'",
    "'Deny' as 'Pass' | 'Deny'",
  ),
  graph(
    'directions of a policy swapped',
    'tier-lists.ts',
    '(p) => p[direction]',
    "(p) => p[direction === 'ingress' ? 'egress' : 'ingress']",
  ),
  graph(
    'notSelector dropped',
    'peers.ts',
    'notSets: negative ? [context.use(netSet(negative))] : NONE',
    'notSets: NONE',
  ),
  graph('notNets dropped', 'peers.ts', 'notNets: compileNets(peer.notNets, context)', 'notNets: NONE'),
  graph('numeric notPorts dropped', 'peers.ts', 'notPorts: portRanges(peer.notPorts)', 'notPorts: NONE'),
  graph(
    'port range begins one too late',
    'peers.ts',
    '{ first: port.first, last: port.last }',
    '{ first: port.first + (port.first < port.last ? 1 : 0), last: port.last }',
  ),
  graph(
    'a namespaced peer sees every namespace',
    'selector-text.ts',
    "return namespace === undefined ? '' : namespaceClause(namespace);",
    "return '';",
  ),
  graph(
    'merged selector loses its negation',
    'selector-text.ts',
    '&& (!(${negative}))',
    '&& ((${negative}))',
  ),
  graph('global() means namespaced', 'selector-text.ts', "'global()', `!has(", "'global()', `has("),
  graph(
    'labels inherited in the wrong order',
    'inheritance.ts',
    'for (const parent of parents) {',
    'for (const parent of [...parents].reverse()) {',
  ),
  graph(
    'ICMPv6 by name taken for IPv4',
    'rules.ts',
    "return protocol === 'ICMPv6' ? 6 : undefined;",
    "return protocol === 'ICMPv6' ? 4 : undefined;",
  ),
  graph(
    'named port without protocol means TCP',
    'set-definition.ts',
    "if (protocol === undefined) return 'any';",
    "if (protocol === undefined) return 'tcp';",
  ),
  graph(
    "the node's own configuration loses to the default",
    'felix-config.ts',
    "this.#objects.get('default'),\n      this.#scoped(node),\n      this.#objects.get(`${NODE_PREFIX}${node}`),",
    "this.#objects.get(`${NODE_PREFIX}${node}`),\n      this.#scoped(node),\n      this.#objects.get('default'),",
  ),
  render(
    'notNets dropped from rules',
    'conditions.ts',
    'if (notNets !== undefined) negative.push(netCondition(side, notNets, true, parts.sets));',
    '',
  ),
  render(
    'profiles called in reverse',
    'build-program.ts',
    'profiles: profiles.map(',
    'profiles: [...profiles].reverse().map(',
  ),
  render(
    'source and destination swapped in nft sets',
    'nftables/matches.ts',
    "4: { source: payload('ip', 'saddr'), destination: payload('ip', 'daddr') }",
    "4: { source: payload('ip', 'daddr'), destination: payload('ip', 'saddr') }",
  ),
  render(
    'nft port range ends one too early',
    'nftables/matches.ts',
    '{ range: [only.first, only.last] }',
    '{ range: [only.first, only.last - 1] }',
  ),
  render(
    'polarity of negated nft sets',
    'nftables/matches.ts',
    'if (condition.negated) return { all: sets.map((set) => match(left, set, true)) };',
    'if (condition.negated) return { all: sets.map((set) => match(left, set, false)) };',
  ),
  render(
    'nft forgets the ICMP code',
    'nftables/matches.ts',
    'if (code === undefined) return { all',
    'if (code === undefined || !negated) return { all',
  ),
  render(
    'nft has no drop at the end of a tier',
    'nftables/endpoint-chains.ts',
    "if (tier.end === 'deny')\n    lines.push(",
    "if (tier.end === 'deny' && marks)\n    lines.push(",
  ),
  render(
    'iptables loses the negation of a net',
    'iptables/matches.ts',
    "`${condition.negated ? '! ' : ''}${slot} ${condition.net}`",
    '`${slot} ${condition.net}`',
  ),
  render(
    'iptables port range ends one too early',
    'iptables/ports.ts',
    '`${first}:${last}`',
    '`${first}:${last - 1}`',
  ),
  render(
    'iptables has no drop at the end of a tier',
    'iptables/call-list.ts',
    'rules.push({ text: `${whenClear(bits.passed)} ${targets.deny}`, comment });',
    '',
  ),
  render(
    'iptables lets unknown interfaces through',
    'iptables/dispatch.ts',
    'tree.end === undefined ? [] : [tree.end]',
    'tree.end === undefined ? [] : [tree.end].slice(1)',
  ),
  render(
    'iptables keeps the pass mark of the tier before',
    'iptables/call-list.ts',
    'if (stale) rules.push({ text: clearBits(bits.passed), comment });',
    '',
  ),
  graph(
    'hosts: of expected addresses all must be there',
    'interfaces.ts',
    'addresses.some((a) => expected.has(a))',
    'addresses.every((a) => expected.has(a))',
  ),
  graph(
    'hosts: of two for one interface the last one wins',
    'interfaces.ts',
    'if (!named.has(name) && !isWorkloadInterface(policy, name))',
    'if (!isWorkloadInterface(policy, name))',
  ),
  graph(
    'hosts: pre-DNAT policy taken for one of forwarded traffic',
    'policy-head.ts',
    "return 'preDnat';",
    "return 'forward';",
  ),
  render(
    'hosts: nft forgets `*` beside named interfaces',
    'nftables/host-chains.ts',
    "if (!here.includes('*')) return lines;",
    "if (!here.includes('*') || here.length > 1) return lines;",
  ),
  render(
    'hosts: nft has inbound and outbound failsafes swapped',
    'nftables/failsafes.ts',
    "stage.failsafes === 'in' ? [failsafeInbound, failsafeOutbound] : [failsafeOutbound, failsafeInbound]",
    "stage.failsafes === 'out' ? [failsafeInbound, failsafeOutbound] : [failsafeOutbound, failsafeInbound]",
  ),
  render(
    'hosts: nft asks pre-DNAT policy about what untracked policy allowed',
    'nftables/host-chains.ts',
    "preDnat: (stage) => [stages.has('untracked') ? asked : clear,",
    'preDnat: (stage) => [clear,',
  ),
  render(
    'hosts: nft asks normal policy about what untracked policy let out',
    'nftables/host-stages.ts',
    "list: 'untracked',\n    allow: 'untrack',\n    failsafes: 'out',",
    "list: 'untracked',\n    allow: 'accept',\n    failsafes: 'out',",
  ),
  render(
    'hosts: nft asks normal policy about forwarded traffic',
    'nftables/host-stages.ts',
    "name: 'host-forward-out', list: 'forward'",
    "name: 'host-forward-out', list: 'normal'",
  ),
  render(
    'hosts: nft does not ask `*` about what it forwards to workloads',
    'nftables/host-stages.ts',
    "name: 'host-forward-out', list: 'forward', workloads: true",
    "name: 'host-forward-out', list: 'forward', workloads: false",
  ),
  render(
    'hosts: iptables knows no `*`',
    'iptables/hosts.ts',
    "if (host.interface === '*') any = target;",
    "if (host.interface === '*') continue;",
  ),
  render(
    'hosts: an iptables failsafe of a network holds for all',
    'iptables/failsafes.ts',
    'texts.push(`${option} ${net} ${portText(protocol, side, [port])}`);',
    'texts.push(portText(protocol, side, [port]));',
  ),
  render(
    'hosts: iptables forgets neighbour advertisements',
    'iptables/failsafes.ts',
    '[133, 134, 135, 136]',
    '[133, 134, 135]',
  ),
  render(
    'hosts: iptables has no drop at the end of a host endpoint',
    'iptables/host-lists.ts',
    "return stage === 'normal' ? [{ text: targets.deny, comment: 'no profile matched' }] : [];",
    'return [];',
  ),
  render(
    'hosts: iptables lets workloads to the host that should be dropped',
    'iptables/hooks.ts',
    "{ drop: '-j DROP', accept:",
    "{ drop: '-j RETURN', accept:",
  ),
  graph(
    'masquerade: the destinations to except are forgotten',
    'pools.ts',
    'exceptions: texts([...kept.map((spec) => spec.cidr), ...hosts]) };',
    'exceptions: texts(hosts) };',
  ),
  graph(
    'masquerade: what is in a disabled pool is not excepted',
    'pools.ts',
    "const kept = pools.filter((spec) => spec.allowedUses.some((use) => use !== 'LoadBalancer'));",
    "const kept = pools.filter((spec) => !spec.disabled && spec.allowedUses.some((use) => use !== 'LoadBalancer'));",
  ),
  graph(
    'masquerade: addresses of hosts are never excepted',
    'pools.ts',
    'exceptHosts === undefined ? [] :',
    'exceptHosts !== null ? [] :',
  ),
  graph(
    'masquerade: the range of ports ends one too far',
    'felix-config.ts',
    '...(ports && { ports: { first: ports.first, last: ports.last } }),',
    '...(ports && { ports: { first: ports.first, last: ports.last + 1 } }),',
  ),
  render(
    'masquerade: rules forget the destinations to except',
    'masquerade.ts',
    'conditions: [...more, ...from, ...to],',
    'conditions: [...more, ...from],',
  ),
  render(
    'masquerade: rules ignore natOutgoingAddress',
    'masquerade.ts',
    '...(family === 4 && address !== undefined && { address }),',
    '',
  ),
  render(
    'masquerade: an nft range of ports ends one too far',
    'nftables/masquerade.ts',
    '({ range: [ports.first, ports.last] } as const)',
    '({ range: [ports.first, ports.last + 1] } as const)',
  ),
  render(
    'masquerade: iptables ignores the out-interface',
    'iptables/masquerade.ts',
    "if (name === undefined) return '';",
    "if (name !== '') return '';",
  ),
  graph(
    'sources: what an endpoint may spoof is not told',
    'endpoint-values.ts',
    '...(spoofable && { spoofable: keep(before?.spoofable, spoofable) }),',
    '',
  ),
  render(
    'sources: what an endpoint may spoof is ignored',
    'build-program.ts',
    '...(policy.config.allowSpoofing && endpoint.spoofable && { spoofable: endpoint.spoofable }),',
    '',
  ),
  render(
    'sources: nft checks after policy, where packets to the host do not pass',
    'nftables/hooks.ts',
    "base('prerouting-reverse-path', 'prerouting', -300,",
    "base('prerouting-reverse-path', 'forward', 3,",
  ),
  render(
    'sources: nft does not check IPv6',
    'nftables/reverse-path.ts',
    'ruleLine([one, SPOOFED, goto(SPOOFED_CHAIN)])',
    "ruleLine([one, match({ meta: { key: 'nfproto' } }, 'ipv4'), SPOOFED, goto(SPOOFED_CHAIN)])",
  ),
  render(
    'sources: iptables does not check IPv6',
    'iptables/reverse-path.ts',
    'names.map((name) => ({ text:',
    'names.filter(() => family === 4).map((name) => ({ text:',
  ),
  graph(
    'tunnels: the configured port of VXLAN is not read',
    'felix-config.ts',
    'vxlanPort: spec.vxlanPort ?? standard.vxlanPort',
    'vxlanPort: standard.vxlanPort',
  ),
  render(
    'tunnels: nft drops the wrong port of VXLAN',
    'nftables/endpoint-chains.ts',
    "match(payload('udp', 'dport'), config.vxlanPort)",
    "match(payload('udp', 'dport'), config.vxlanPort + 1)",
  ),
  render(
    'tunnels: iptables drops the wrong port of VXLAN',
    'iptables/call-list.ts',
    '--dport ${config.vxlanPort} ${targets.deny}',
    '--dport ${config.vxlanPort + 1} ${targets.deny}',
  ),
  order(
    'sources: a change of the check has no state in between',
    'plan/between-sources.ts',
    "if (name !== 'raw') return judged;",
    "if (name !== 'never') return judged;",
  ),
  order(
    'hosts: the old policy is not asked in between',
    'plan/between.ts',
    'const first = [head, ...judges.old,',
    'const first = [head,',
  ),
  order(
    'hosts: a rollback without a state in between',
    'apply/restore-tables.ts',
    'if (changes.length < 2 ||',
    'if (changes.length < 9 ||',
  ),
];

const COMMANDS = {
  order: [
    'npx',
    'vitest',
    'run',
    '--project',
    'unit',
    'src/apply/between.test.ts',
    'src/apply/restore.test.ts',
    '-t',
    'move',
  ],
  unit: ['npx', 'vitest', 'run', '--project', 'unit', 'test/properties/differential.test.ts'],
  kernel: [
    process.execPath,
    'scripts/lab-exec.mjs',
    'npx',
    'vitest',
    'run',
    '--project',
    'kernel',
    'test/kernel/differential.test.ts',
  ],
};

function copyTree() {
  const tree = mkdtempSync(join(tmpdir(), 'tortie-mutants-'));
  for (const name of COPIED) {
    const from = join(ROOT, name);
    if (existsSync(from))
      cpSync(from, join(tree, name), { recursive: true, filter: (path) => !path.includes('node_modules') });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

/** `caught`, `survived`, or `crashed`: the tests failed, but not because two of the ways disagreed or a kernel refused. */
function judge(tree, kind) {
  // What an earlier fault left as a regression would be replayed, and fail without two of the ways disagreeing.
  rmSync(join(tree, 'test/regressions'), { recursive: true, force: true });
  const [command, ...args] = COMMANDS[kind];
  const budget = process.env.TORTIE_MUTANT_VERDICTS ?? String(BUDGET[kind] ?? 0);
  const env = {
    ...process.env,
    TORTIE_SEED: process.env.TORTIE_SEED ?? '1',
    TORTIE_SHRINK: '0',
    TORTIE_VERDICTS: budget,
    TORTIE_UNIT_VERDICTS: budget,
  };
  const done = spawnSync(command, args, { cwd: tree, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  const output = `${done.stdout}${done.stderr}`;
  if (done.status === 0) return { outcome: 'survived', output };
  // A ruleset that the kernel refuses, which it takes without the fault, gives the fault away as well.
  const why = /(oracle says [^;\n]+|evaluator, TORTIE_SEED=\d+|\S+ refused the ruleset|"open": \d+)/.exec(
    output,
  )?.[1];
  return { outcome: why ? 'caught' : 'crashed', why, output };
}

function mutated({ name, file, search, replace }, text) {
  if (text.split(search).length !== 2)
    throw new Error(
      `${file}: the text of the fault "${name}" occurs ${text.split(search).length - 1} times, not once`,
    );
  return text.replace(search, () => replace);
}

function main(parts) {
  const chosen = MUTANTS.filter(
    ({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)),
  );
  if (chosen.length === 0) throw new Error(`no fault is called ${parts.join(' or ')}`);
  for (const one of MUTANTS) mutated(one, readFileSync(join(ROOT, one.file), 'utf8'));
  const tree = copyTree();
  let failed = 0;
  const row = (name, kind, outcome, seconds, why = '') =>
    console.log(`${outcome.padEnd(9)} ${kind.padEnd(7)} ${seconds.padStart(6)}  ${name}${why && `: ${why}`}`);
  try {
    for (const kind of new Set(chosen.map((one) => one.kind))) {
      const { outcome, output } = judge(tree, kind);
      row('no fault', kind, outcome === 'survived' ? 'passed' : 'FAILED', '');
      if (outcome !== 'survived')
        throw new Error(`without any fault the ${kind} differential fails:\n${output.slice(-3000)}`);
    }
    for (const one of chosen) {
      const path = join(tree, one.file);
      const text = readFileSync(path, 'utf8');
      const start = Date.now();
      writeFileSync(path, mutated(one, text));
      const { outcome, why, output } = judge(tree, one.kind);
      writeFileSync(path, text);
      row(
        one.name,
        one.kind,
        outcome === 'caught' ? outcome : outcome.toUpperCase(),
        `${((Date.now() - start) / 1000).toFixed(1)}s`,
        why,
      );
      if (outcome === 'caught') continue;
      failed += 1;
      if (outcome === 'crashed') console.log(output.slice(-2000));
    }
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
  console.log(`${chosen.length - failed} of ${chosen.length} faults caught`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(`mutants: ${error.message}`);
  process.exitCode = 2;
}
