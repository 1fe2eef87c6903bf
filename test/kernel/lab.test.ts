// The lab itself: what is sent arrives where the plan says, in the state that was asked for, and a rule of the kernel
// that drops is seen as a drop. Without this the agreement of kernel and evaluator would prove nothing.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRunner } from '../../src/host/index.ts';
import { parseAddress } from '../../src/net/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import { type Lab, openLab, trackedState, UPLINK } from '../lab/lab.ts';

const SECOND = 'uplink1';
let lab: Lab;
beforeAll(async () => {
  lab = await openLab({
    name: 'labtest',
    workloads: [
      { interface: 'cali0', routes: ['10.65.0.0/28', 'fd65:0:0:1::/64'] },
      { interface: 'cali1', routes: ['10.65.1.0/28', 'fd65:0:0:2::/64'] },
    ],
    nodeAddresses: ['192.0.2.1/24', '2001:db8::1/64'],
    uplinks: [
      {
        interface: SECOND,
        routes: ['203.0.113.0/24', '2001:db8:77::/48'],
        addresses: ['192.0.2.65/32', '2001:db8:0:2::1/128'],
      },
    ],
  });
});
afterAll(async () => lab?.close());

const bits = (text: string): bigint => {
  const address = parseAddress(text);
  if (!address) throw new Error(text);
  return address.bits;
};

const ADDRESS = {
  4: {
    cali0: '10.65.0.3',
    cali1: '10.65.1.7',
    host: '192.0.2.1',
    [UPLINK]: '198.51.100.4',
    [SECOND]: '203.0.113.4',
  },
  6: {
    cali0: 'fd65:0:0:1::3',
    cali1: 'fd65:0:0:2::7',
    host: '2001:db8::1',
    [UPLINK]: '2001:db8:9::4',
    [SECOND]: '2001:db8:77::4',
  },
} as const;
type Where = keyof (typeof ADDRESS)[4];
let port = 20_000;

function packet(family: 4 | 6, from: Where, to: Where, rest: Partial<Packet> & { protocol: number }): Packet {
  const ported = [6, 17, 132, 136].includes(rest.protocol) ? { sourcePort: port++, destinationPort: 80 } : {};
  return {
    family,
    source: bits(ADDRESS[family][from]),
    destination: bits(ADDRESS[family][to]),
    ...(from !== 'host' && { inInterface: from }),
    ...(to !== 'host' && { outInterface: to }),
    ...ported,
    ...rest,
  };
}

const KINDS = (family: 4 | 6): (Partial<Packet> & { protocol: number })[] => [
  { protocol: 6 },
  { protocol: 17 },
  { protocol: 132 },
  { protocol: 136 },
  { protocol: 47 },
  { protocol: 50 },
  { protocol: 4 },
  ...[0, 3, 8, 11, 13].map((icmpType) =>
    family === 4
      ? { protocol: 1, icmpType, icmpCode: 0 }
      : { protocol: 58, icmpType: 128 + icmpType, icmpCode: 1 },
  ),
];
const ROUTES: [Where, Where][] = [
  ['cali0', 'cali1'],
  ['cali1', UPLINK],
  [UPLINK, 'cali0'],
  ['cali0', 'host'],
  ['host', 'cali1'],
  [UPLINK, 'host'],
  ['cali0', 'cali0'],
  ['host', UPLINK],
  ['host', SECOND],
  [SECOND, 'host'],
  [SECOND, 'cali0'],
  [UPLINK, SECOND],
  [SECOND, UPLINK],
];

/** Addresses that only DNAT leads anywhere, and one at the second address of the host. */
const VIRTUAL = { 4: '10.96.0.10', 6: 'fd96::10' } as const;
const HOST_SECOND = { 4: '192.0.2.65', 6: '2001:db8:0:2::1' } as const;
const translated = ([4, 6] as const).flatMap((family) =>
  [6, 17, 132, 136].flatMap((protocol) =>
    (
      [
        [UPLINK, 'cali1', VIRTUAL, 8080],
        [UPLINK, 'host', HOST_SECOND, 30_080],
        [UPLINK, 'host', VIRTUAL, undefined],
        [SECOND, 'cali0', HOST_SECOND, 30_081],
        [UPLINK, SECOND, VIRTUAL, 8081],
        ['cali0', 'cali1', VIRTUAL, undefined],
        ['cali0', 'host', VIRTUAL, 8082],
        ['host', UPLINK, VIRTUAL, 8083],
        ['host', 'cali1', VIRTUAL, 8084],
        ['host', SECOND, VIRTUAL, undefined],
      ] as const
    ).map(([from, to, original, originalPort]) =>
      packet(family, from, to, {
        protocol,
        originalDestination: bits(original[family]),
        ...(originalPort !== undefined && { originalDestinationPort: originalPort }),
      }),
    ),
  ),
);
const everything = ([4, 6] as const).flatMap((family) =>
  ROUTES.flatMap(([from, to]) => KINDS(family).map((kind) => packet(family, from, to, kind))),
);

const nft = async (text: string): Promise<void> => {
  const done = await lab.runner.run(['nft', '-f', '-'], { stdin: text });
  expect(done.stderr).toBe('');
};
const table = (hooks: readonly string[], rules: string): string =>
  `add table inet t\ndelete table inet t\ntable inet t {\n${hooks.map((hook) => `chain ${hook} { type filter hook ${hook} priority 0; policy accept;\n ct state new accept\n${rules}\n}`).join('\n')}\n}\n`;

describe('the lab', () => {
  it('delivers every kind of packet on every route when nothing filters', async () => {
    await nft('flush ruleset\n');
    expect(
      (await lab.probe(everything))
        .map((ok, index) => (ok ? '' : JSON.stringify({ ...everything[index], source: '', destination: '' })))
        .filter(Boolean),
    ).toEqual([]);
  });

  it('delivers nothing past a drop in forward, input and output, and never sees the INPUT hook too early', async () => {
    await nft(
      'flush ruleset\ntable inet t { chain f { type filter hook forward priority 0; policy drop; }; chain i { type filter hook input priority 0; policy drop; }; chain o { type filter hook output priority 0; policy drop; }; }\n',
    );
    expect((await lab.probe(everything)).filter(Boolean)).toEqual([]);
    await nft('flush ruleset\n');
  });

  it('translates what has an original destination, and nothing else', async () => {
    const seen = await lab.probe([...translated, ...everything]);
    expect(seen.map((ok, index) => (ok ? -1 : index)).filter((index) => index >= 0)).toEqual([]);
    const chains = (accept: string): string =>
      `flush ruleset\ntable inet t {\n${['prerouting', 'output'].map((hook) => `chain ${hook} { type filter hook ${hook} priority mangle; policy drop; ${accept} }`).join('\n')}\n}\n`;
    const where = `ip daddr { ${VIRTUAL[4]}, ${HOST_SECOND[4]} } accept; ip6 daddr { ${VIRTUAL[6]}, ${HOST_SECOND[6]} } accept;`;
    await nft(chains(where));
    expect((await lab.probe(translated)).every(Boolean)).toBe(true);
    expect((await lab.probe(everything)).some(Boolean)).toBe(false);
    const status = (rule: string): string =>
      `flush ruleset\ntable inet t {\n${['forward', 'input', 'postrouting'].map((hook) => `chain ${hook} { type filter hook ${hook} priority 0; policy accept; ${rule} }`).join('\n')}\n}\n`;
    await nft(status('ct status dnat drop;'));
    expect((await lab.probe(translated)).some(Boolean)).toBe(false);
    expect((await lab.probe(everything)).every(Boolean)).toBe(true);
    await nft('flush ruleset\n');
  });

  it('tells two destinations of one flow apart', async () => {
    const [first] = translated;
    if (!first) throw new Error('none');
    const { originalDestination, originalDestinationPort: _, ...direct } = first;
    const untouched = { ...direct, outInterface: UPLINK, destination: originalDestination ?? 0n };
    const twice = [
      first,
      { ...first, destination: first.destination + 1n },
      { ...untouched, destinationPort: 8080 },
    ];
    expect(await lab.probe([...twice, first])).toEqual([true, true, true, true]);
  });

  it('delivers untracked packets the same', async () => {
    await nft(
      `flush ruleset\ntable inet t {\n${['prerouting', 'output'].map((hook) => `chain ${hook} { type filter hook ${hook} priority raw; policy accept; notrack; }`).join('\n')}\n${['forward', 'input'].map((hook) => `chain ${hook} { type filter hook ${hook} priority 0; policy drop; ct state untracked accept; }`).join('\n')}\n}\n`,
    );
    expect((await lab.probe(everything)).every(Boolean)).toBe(true);
    await nft('flush ruleset\n');
  });

  it.each(['new', 'established', 'related', 'invalid', 'untracked'] as const)(
    'puts packets into conntrack state %s',
    async (state) => {
      const hooks = ['forward', 'input', 'output'];
      await nft(
        `flush ruleset\ntable inet t {\n${hooks.map((hook) => `chain ${hook} { type filter hook ${hook} priority 0; policy drop;\n ct state ${state} accept\n}`).join('\n')}\n}\n`,
      );
      const stated: Packet[] = everything.map((one) => ({ ...one, state: trackedState(one) }));
      const wanted: Packet[] = ([4, 6] as const).flatMap((family) =>
        ROUTES.filter(([from, to]) => from !== to).flatMap(([from, to]) => [
          packet(family, from, to, { protocol: 17, state: 'established' }),
          packet(family, from, to, { protocol: 6, state: 'established' }),
          packet(family, from, to, { protocol: 6, state: 'invalid' }),
          packet(
            family,
            from,
            to,
            family === 4
              ? { protocol: 1, icmpType: 3, icmpCode: 1, state: 'related' }
              : { protocol: 58, icmpType: 1, icmpCode: 3, state: 'related' },
          ),
        ]),
      );
      const probes = [...stated, ...wanted];
      const seen = await lab.probe(probes);
      const wrong = probes
        .filter((probe, index) => seen[index] !== (probe.state === state))
        .map((probe) => JSON.stringify({ ...probe, source: '', destination: '' }));
      expect(wrong).toEqual([]);
      await nft('flush ruleset\n');
    },
  );

  it('carries the ports, protocol and ICMP type that were asked for', async () => {
    const rules =
      'meta l4proto { 6, 17, 132 } th sport 1234 th dport 4321 accept\nicmp type 8 icmp code 5 accept\nicmpv6 type 128 icmpv6 code 5 accept\ndrop';
    await nft(table(['forward'], rules).replace('ct state new accept\n', ''));
    const right = ([4, 6] as const).flatMap((family) => [
      ...[6, 17, 132].map((protocol) =>
        packet(family, 'cali0', 'cali1', { protocol, sourcePort: 1234, destinationPort: 4321 }),
      ),
      packet(family, 'cali0', 'cali1', {
        protocol: family === 4 ? 1 : 58,
        icmpType: family === 4 ? 8 : 128,
        icmpCode: 5,
      }),
    ]);
    expect(await lab.probe(right)).toEqual(right.map(() => true));
    const wrong = right.map((one) =>
      one.icmpCode === undefined ? { ...one, sourcePort: 1235 } : { ...one, icmpCode: 6 },
    );
    expect(await lab.probe(wrong)).toEqual(right.map(() => false));
    await nft('flush ruleset\n');
  });

  it('has one nft, that of TORTIE_NFT where it is given, for tests, product and shells', async () => {
    const asked = process.env['TORTIE_NFT'];
    const found = [
      execFileSync('nft', ['--version'], { encoding: 'utf8' }),
      (await systemRunner.run(['nft', '--version'])).stdout,
      (await systemRunner.run(['ip', 'netns', 'exec', lab.node, 'sh', '-c', 'nft --version'])).stdout,
    ];
    const version = asked ?? /v([\d.]+)/.exec(found[0] ?? '')?.[1] ?? 'any';
    expect(found).toEqual(found.map(() => expect.stringContaining(`v${version} `)));
  });

  it('probes fast enough for hundreds of thousands of verdicts', async () => {
    const many = Array.from({ length: 2000 }, (_, n) =>
      packet(n % 2 ? 4 : 6, 'cali0', 'cali1', { protocol: 6 }),
    );
    const start = performance.now();
    expect((await lab.probe(many)).every(Boolean)).toBe(true);
    expect(many.length / ((performance.now() - start) / 1000)).toBeGreaterThan(300);
  });
});
