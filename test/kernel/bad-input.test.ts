// Input that is wrong about the host, through the command line and on real kernels: a clear message each, and what was
// in force before stays in force to the letter where it is an error, or the rest is enforced where it is a warning.
// Foreign tables with our names are status.test.ts's.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { folder, tortie } from '../../src/cli/testing.ts';
import { systemRunner } from '../../src/host/index.ts';
import { everything } from '../support/listings.ts';
import { inNamespace, type TestNamespace } from '../support/namespace.ts';

const DATAPLANES = [
  { name: 'nftables', argv: ['--dataplane', 'nftables'] },
  { name: 'iptables-nft', argv: ['--dataplane', 'iptables', '--iptables-backend', 'nft'] },
  { name: 'iptables-legacy', argv: ['--dataplane', 'iptables', '--iptables-backend', 'legacy'] },
];
const [NFTABLES, ...IPTABLES] = DATAPLANES;

const host = (name: string, spec: string): string => `
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: { name: ${name}, labels: { host: eth } }
spec: { node: n1, ${spec} }
---`;
const felix = (spec: string): string => `
apiVersion: projectcalico.org/v3
kind: FelixConfiguration
metadata: { name: default }
spec: { ${spec} }
---`;
const policy = (spec: string): string => `
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: guard }
spec: { selector: host == 'eth', ingress: [{ action: Allow, protocol: TCP, destination: { ports: [443] } }], ${spec} }
---`;
const pool = (name: string, cidr: string): string => `
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: { name: ${name} }
spec: { cidr: ${cidr}, natOutgoing: true }
---`;
const networks = (nets: readonly string[]): string => `
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: { name: nets, labels: { nets: here } }
spec: { nets: ${JSON.stringify(nets)} }
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: nets }
spec: { selector: host == 'eth', ingress: [{ action: Allow, source: { selector: nets == 'here' } }] }
---`;

const GOOD = host('a', 'interfaceName: eth0') + policy('types: [Ingress]');
const files = folder({ 'good.yaml': GOOD });
afterAll(() => files.remove());

let serial = 0;
function file(text: string): string {
  const path = files.path(`${serial++}.yaml`);
  writeFileSync(path, text);
  return path;
}

const enforce = (ns: TestNamespace, path: string, argv: readonly string[]) =>
  tortie(['enforce', '-q', '-f', path, '--node', 'n1', ...argv], { runner: ns.run });

/** A namespace with eth0 (192.0.2.1), where GOOD is in force. */
function protectedHost(argv: readonly string[], work: (ns: TestNamespace) => Promise<void>): Promise<void> {
  return inNamespace(async (ns) => {
    await ns.sh(['ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0']);
    await ns.sh(['ip', 'addr', 'add', '192.0.2.1/32', 'dev', 'eth0']);
    expect(await enforce(ns, files.path('good.yaml'), argv)).toEqual({ status: 0, stdout: '', stderr: '' });
    await work(ns);
  });
}

/** What became of an attempt to enforce it, and whether any rule or set is another one now. */
async function attempt(ns: TestNamespace, bad: string, argv: readonly string[]) {
  const before = await everything(ns);
  const done = await enforce(ns, file(bad), argv);
  return { ...done, unchanged: isDeepStrictEqual(await everything(ns), before) };
}

const refusal = (message: RegExp) => ({
  status: 2,
  stdout: '',
  stderr: expect.stringMatching(message),
  unchanged: true,
});

/** Interfaces of the host whose incoming traffic our rules tell apart. */
async function policed(ns: TestNamespace): Promise<string[]> {
  const [nft = '', ...saves] = await everything(ns);
  const found = [nft.matchAll(/"(eth\d|cali7)" : (?:goto|jump) host-ingress/g)];
  found.push(...saves.map((save) => save.matchAll(/^-A tortie-host-in\b.* -i (eth\d|cali7)\b/gm)));
  return [...new Set(found.flatMap((all) => [...all].map(([, name = '']) => name)))].sort();
}

describe.each(DATAPLANES)('what is not as the host is: $name', ({ argv }) => {
  it.each([
    {
      what: 'an interface that does not exist is policed from its first packet on',
      add: host('b', 'interfaceName: eth9'),
      message: /warning\[policy\/absent-interface\]: n1 has no interface eth9 now[^]*HostEndpoint\/b/,
      after: ['eth0', 'eth9'],
    },
    {
      what: 'the second one for an interface is named, and the first one used',
      add: host('b', 'interfaceName: eth0'),
      message:
        /warning\[policy\/shared-interface\]: HostEndpoint\/a has the same interface eth0 on n1[^]*HostEndpoint\/b/,
      after: ['eth0'],
    },
    {
      what: 'expected IPs of another host police nothing here',
      add: host('b', 'expectedIPs: [198.51.100.7]'),
      message:
        /warning\[policy\/expected-addresses\]: no interface of n1 has one of the addresses 198\.51\.100\.7/,
      after: ['eth0'],
    },
    {
      what: 'pools that overlap are named',
      add: pool('wide', '10.65.0.0/16') + pool('narrow', '10.65.1.0/24'),
      message:
        /warning\[policy\/overlapping-pools\]: 10\.65\.1\.0\/24 overlaps with 10\.65\.0\.0\/16 of IPPool\/wide[^]*IPPool\/narrow/,
      after: ['eth0'],
    },
    {
      what: 'an interface of a workload stays a workload’s',
      add: host('b', 'interfaceName: cali7'),
      message: /warning\[policy\/host-workload-interface\]: HostEndpoint\/b is for cali7 of n1/,
      after: ['eth0'],
    },
  ])('$what', ({ add, message, after }) =>
    protectedHost(argv, async (ns) => {
      const before = await policed(ns);
      expect(before).toEqual(['eth0']);
      const done = await enforce(ns, file(GOOD + add), argv);
      expect([done.status, done.stdout]).toEqual([0, '']);
      expect(done.stderr).toMatch(message);
      expect(await policed(ns)).toEqual(after);
    }),
  );
});

describe.each(DATAPLANES)('failsafe lists: $name', ({ argv }) => {
  it('that do not parse change nothing', () =>
    protectedHost(argv, async (ns) => {
      const list = (item: string) => GOOD + felix(`failsafeInboundHostPorts: ${item}`);
      const place = (field: string) => new RegExp(`field: spec\\.failsafeInboundHostPorts${field}\n`);
      for (const [item, field] of [
        ['[{ protocol: icmp, port: 22 }]', '\\[0\\]\\.protocol'],
        ['[{ protocol: tcp, port: 70000 }]', '\\[0\\]\\.port'],
        ['[{ protocol: tcp, port: 22, net: 10.0.0.300/8 }]', '\\[0\\]\\.net'],
        ['tcp:22', ''],
      ] as const)
        expect(await attempt(ns, list(item), argv)).toEqual(refusal(place(field)));
    }));
});

describe('a mark mask with too few bits', () => {
  it.each(IPTABLES)('$name: one is too few', ({ argv }) =>
    protectedHost(argv, async (ns) => {
      const message = /render\/mark-mask.*0x8 has fewer than two bits\n.*hint: .*iptablesMarkMask/;
      expect(await attempt(ns, GOOD + felix('iptablesMarkMask: 0x8'), argv)).toEqual(refusal(message));
    }),
  );

  it('nftables: none is too few, and one where untracked policy needs a second', () =>
    protectedHost(NFTABLES?.argv ?? [], async (ns) => {
      const argv = NFTABLES?.argv ?? [];
      const none = GOOD + felix('nftablesMarkMask: 0');
      const message = /render\/no-mark-bit.*has no bit in it\n.*hint: .*nftablesMarkMask/;
      expect(await attempt(ns, none, argv)).toEqual(refusal(message));
      const untracked = host('a', 'interfaceName: eth0') + policy('doNotTrack: true, applyOnForward: true');
      const one = await attempt(ns, untracked + felix('nftablesMarkMask: 0x8'), argv);
      expect(one).toEqual(refusal(/render\/no-mark-bit.*only one bit/));
    }));
});

describe.each(IPTABLES)('an IP set beyond maxIpsetSize: $name', ({ argv }) => {
  const nets = (count: number) => networks(Array.from({ length: count }, (_, i) => `203.0.113.${i}/32`));

  it('is refused with the way out; the limit can be raised in place', () =>
    protectedHost(argv, async (ns) => {
      const message =
        /ipsets\/too-large.*has 5 members for IPv4, and 4 at most are allowed\n.*hint: raise maxIpsetSize/;
      const many = GOOD + nets(5) + felix('maxIpsetSize: 4');
      expect(await attempt(ns, many, argv)).toEqual(refusal(message));
      const fits = GOOD + nets(4) + felix('maxIpsetSize: 4');
      expect(await enforce(ns, file(fits), argv)).toMatchObject({ status: 0, stderr: '' });
      const raised = GOOD + nets(5) + felix('maxIpsetSize: 5');
      expect(await enforce(ns, file(raised), argv)).toMatchObject({ status: 0, stderr: '' });
      expect(await ns.sh(['ipset', 'save'])).toMatch(/maxelem 5\b/);
    }));
});

// What a socket may send at once bounds a transaction wherever the system's root is not at work. Real root has no bound
// but memory, and nft 1.1 sends elements in pieces: it loads here what nft 1.0.6 cannot.
describe('more than what the kernel takes at once', () => {
  const bound = Number(readFileSync('/proc/sys/net/core/wmem_default', 'utf8'));
  const hex = (n: number) => n.toString(16);
  const many = (count: number, one: (n: number) => string) => Array.from({ length: count }, (_, n) => one(n));
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const HINT = /hint: .*net\.core\.wmem_default/;

  it.each([
    {
      what: 'members of a set',
      argv: ['--dataplane', 'nftables'],
      listing: 'nft -s list ruleset',
      bad: () => networks(many(Math.ceil(bound / 8), (n) => `fd00::${hex(n >> 16)}:${hex(n & 65535)}/128`)),
      ...(!process.env['TORTIE_NFT']
        ? {
            status: 2,
            says: [/error\[host\/kernel-limit\]: the kernel does not hold as much as nft has to load/, HINT],
          }
        : { status: 0, says: [/^$/] }),
    },
    {
      what: 'rules',
      argv: ['--dataplane', 'iptables', '--iptables-backend', 'nft'],
      listing: "iptables-nft-save | grep -v '^[#:]'",
      bad: () =>
        many(Math.ceil(bound / 200_000), (n) => {
          const rules = many(1000, (i) => `{ action: Allow, protocol: ${1 + ((i + n) % 250)} }`);
          return policy(`egress: [${rules.join(', ')}]`).replace('guard', `guard-${n}`);
        }).join(''),
      status: 2,
      says: [/error\[apply\/refused\]: `iptables-nft-restore .*\n[^]*Message too long/, HINT],
    },
  ])(
    '$what: refused with the reason, and what was in force stays, or loaded',
    { timeout: 300_000 },
    async ({ argv, listing, bad, status, says }) => {
      const cli = `'${process.execPath}' --import tsx '${main}' enforce -q --node n1 ${argv.join(' ')} -f`;
      const script = `
      ip link add eth0 type veth peer name far0
      ${cli} '${files.path('good.yaml')}' || exit 90
      before=$(${listing})
      ${cli} '${file(GOOD + bad())}'; status=$?
      [ $status = 0 ] || [ "$before" = "$(${listing})" ] || exit 91
      exit $status`;
      const done = await systemRunner.run(['unshare', '-Urn', 'sh', '-c', script], { timeout: 300_000 });
      for (const text of says) expect(done.stderr).toMatch(text);
      expect(done.exitCode).toBe(status);
    },
  );
});
