// What the iptables dialect renders, in real kernels: both backends take it as it is, taking it twice changes nothing,
// and random policies judge random packets as the evaluator does. TORTIE_SEED repeats a run, TORTIE_IPT_ROUNDS extends it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Runner } from '../../src/host/index.ts';
import { parseIpsetSave } from '../../src/ipsets/index.ts';
import type { NodePolicy } from '../../src/policy/index.ts';
import { buildProgram } from '../../src/render/build-program.ts';
import { lowerIptables } from '../../src/render/iptables/lower.ts';
import { printIptables, printTable } from '../../src/render/iptables/print.ts';
import type { IptablesRuleset } from '../../src/render/ruleset.ts';
import { createEvaluator } from '../../src/verdict/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import { netSet, nodePolicy, packet, portSet } from '../../src/verdict/testing.ts';
import { type Lab, openLab } from '../lab/lab.ts';
import { inNamespace } from '../support/namespace.ts';
import { INTERFACES, randomPackets, randomPolicy } from './render-ipt-random.ts';

const BACKENDS = ['nft', 'legacy'] as const;
type Backend = (typeof BACKENDS)[number];
const PACKETS = 300;
const TOOL = { 4: 'iptables', 6: 'ip6tables' } as const;

function render(policy: NodePolicy, log: 'log' | 'nflog' = 'log'): IptablesRuleset {
  return lowerIptables(buildProgram(policy), { log });
}

async function ok(runner: Runner, argv: string[], stdin?: string): Promise<string> {
  const done = await runner.run(argv, stdin === undefined ? {} : { stdin });
  expect(`${argv.join(' ')}: ${done.exitCode} ${done.stderr}`).toBe(`${argv.join(' ')}: 0 `);
  return done.stdout;
}

async function load(runner: Runner, backend: Backend, ruleset: IptablesRuleset): Promise<void> {
  const [sets, v4, v6] = printIptables(ruleset).map((f) => f.text);
  await ok(runner, ['ipset', 'restore'], sets);
  await ok(runner, [`iptables-${backend}-restore`, '--noflush'], v4);
  await ok(runner, [`ip6tables-${backend}-restore`, '--noflush'], v6);
}

/** The rules alone: no counters, no time. */
async function saved(runner: Runner, backend: Backend): Promise<string> {
  const texts = [];
  for (const tool of ['iptables', 'ip6tables']) texts.push(await ok(runner, [`${tool}-${backend}-save`]));
  return texts
    .join('')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/\[\d+:\d+\]/, ''))
    .join('\n');
}

const singles = (n: number) => Array.from({ length: n }, (_, i) => ({ first: 10 * i + 1, last: 10 * i + 1 }));

/** Everything that has a text of its own. */
const EVERYTHING = nodePolicy(
  {
    a: {
      tiers: {
        security: {
          policies: {
            first: {
              ingress: [
                { action: 'pass', source: { sets: ['s'] } },
                { action: 'log', protocol: 6, destination: { ports: singles(3), namedPorts: ['n'] } },
                {
                  action: 'deny',
                  source: { nets: ['10.0.0.0/8', 'fd00::/8'], notNets: ['10.1.0.0/16', 'fd00:1::/32'] },
                },
                {
                  action: 'allow',
                  protocol: 132,
                  destination: { ports: singles(40), notPorts: singles(20) },
                },
                {
                  action: 'allow',
                  protocol: 6,
                  source: { ports: singles(40) },
                  destination: { notPorts: singles(16) },
                },
                { action: 'allow', icmp: { type: 8, code: 0 } },
                { action: 'allow', notIcmp: { type: 8 } },
                {
                  action: 'deny',
                  notProtocol: 17,
                  source: { nets: ['10.0.0.0/24', '10.0.2.0/24', '::1/128', 'fe80::/64'] },
                },
                { action: 'allow', protocol: 255 },
              ],
              egress: [],
            },
          },
        },
      },
      profiles: { x: { ingress: [{ action: 'pass' }], egress: [{ action: 'allow' }] } },
    },
    outside: { interfaceName: 'veth+x' },
  },
  {
    ipSets: [
      netSet('s', '0.0.0.0/0', '10.0.0.1/32', '::/0', 'fd00::1/128', '::ffff:a00:1/128'),
      portSet('n', '10.0.0.1,tcp:80', 'fd00::1,sctp:81'),
    ],
    config: {
      iptables: {
        denyAction: 'reject',
        acceptAction: 'accept',
        mangleAcceptAction: 'accept',
        markMask: 0x88000000,
      },
    },
  },
);

describe.each(BACKENDS)('iptables-%s', (backend) => {
  test.each(['log', 'nflog'] as const)('takes everything that can be rendered, with %s', async (log) => {
    await inNamespace(async ({ run }) => {
      const ruleset = render(EVERYTHING, log);
      await load(run, backend, ruleset);
      const first = await saved(run, backend);
      for (const family of [4, 6] as const) {
        for (const [name, chain] of ruleset.tables[family].get('filter')?.chains ?? []) {
          expect(first).toContain(`:${name} `);
          expect(first).toContain(`tortie:${chain.hash}`);
        }
      }
      // Sets hold what the values say, in the words of the kernel's own tool.
      const observed = parseIpsetSave(await ok(run, ['ipset', 'save']));
      expect([...observed.keys()]).toEqual([...ruleset.ipsets.keys()]);
      for (const [name, set] of ruleset.ipsets) expect(observed.get(name)?.members).toEqual(set.members);

      // Again, the hooks being there.
      const [sets] = printIptables(ruleset);
      await ok(run, ['ipset', 'restore'], sets?.text);
      for (const family of [4, 6] as const) {
        const table = ruleset.tables[family].get('filter');
        if (table === undefined) throw new Error('no filter table');
        await ok(
          run,
          [`${TOOL[family]}-${backend}-restore`, '--noflush'],
          printTable('filter', table, { hooks: [] }),
        );
      }
      expect(await saved(run, backend)).toBe(first);
      expect(parseIpsetSave(await ok(run, ['ipset', 'save']))).toEqual(observed);
    });
  });

  test('sets load over what an older version left in them', async () => {
    await inNamespace(async ({ run }) => {
      const rule = { action: 'allow' as const, source: { sets: ['s'] } };
      const withMembers = (...members: string[]) =>
        render(
          nodePolicy({ a: { profiles: { x: { ingress: [rule] } } } }, { ipSets: [netSet('s', ...members)] }),
        );
      await load(run, backend, withMembers('10.0.0.1/32', '10.0.0.2/32'));
      const next = withMembers('10.0.0.2/32', '10.0.0.3/32');
      await ok(run, ['ipset', 'restore'], printIptables(next)[0]?.text);
      const sets = [...parseIpsetSave(await ok(run, ['ipset', 'save'])).values()];
      expect(sets.map((s) => s.members)).toEqual([['10.0.0.2', '10.0.0.3'], []]);
    });
  });

  describe('agrees with the evaluator', () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await openLab({
        name: `ript-${backend[0]}`,
        workloads: INTERFACES.map((name, n) => ({
          interface: name,
          routes: [`10.65.${n}.0/28`, `fd65:0:0:${n}::/64`],
        })),
        nodeAddresses: ['192.0.2.1/24', '2001:db8::1/64'],
      });
    });
    afterAll(async () => lab?.close());
    const verdicts = { allowed: 0, denied: 0 };

    const rounds = Number(process.env['TORTIE_IPT_ROUNDS'] ?? 8);
    const base = Number(process.env['TORTIE_SEED'] ?? 1);
    /** Loads the policy in place of what was there; `wrong` are the packets that fared otherwise than the evaluator says. */
    async function judged(policy: NodePolicy, packets: readonly Packet[]) {
      for (const tool of ['iptables', 'ip6tables']) {
        for (const flag of ['-F', '-X']) await ok(lab.runner, [`${tool}-${backend}`, flag]);
      }
      await ok(lab.runner, ['ipset', 'destroy']);
      await load(lab.runner, backend, render(policy));
      const evaluator = createEvaluator(policy, lab.facts);
      const delivered = await lab.probe(packets);
      const wrong = packets.flatMap((p, i) => {
        const wanted = evaluator.verdict(p);
        if (delivered[i] === (wanted === 'allow')) return [];
        return [{ ...p, source: `${p.source}`, destination: `${p.destination}`, wanted }];
      });
      return { delivered, wrong };
    }

    test.each(['namedPorts', 'notNamedPorts'] as const)(
      'a packet without ports is in no port set: %s',
      async (kind) => {
        const profile = {
          egress: [{ action: 'allow' as const }],
          ingress: [{ action: 'allow' as const, destination: { [kind]: ['n'] } }],
        };
        const endpoints = {
          a: { interfaceName: 'cali0', profiles: { x: profile } },
          b: { interfaceName: 'cali1', profiles: { x: profile } },
        };
        const policy = nodePolicy(endpoints, { ipSets: [portSet('n', '10.65.1.1,tcp:2128')] });
        const way = { inInterface: 'cali0', outInterface: 'cali1', from: '10.65.0.1', to: '10.65.1.1' };
        const ports = (sourcePort: number, destinationPort: number) => ({ sourcePort, destinationPort });
        const packets = [
          packet({ ...way, ...ports(1001, 2128) }),
          packet({ ...way, ...ports(2128, 1002) }),
          packet({ ...way, ...ports(1003, 2128), to: '10.65.1.2' }),
          packet({ ...way, ...ports(1004, 2128), protocol: 17 }),
          // ipset takes type and code of ICMP for a port, here for 2128; the protocol is another.
          packet({ ...way, protocol: 1, icmpType: 8, icmpCode: 80 }),
          packet({ ...way, protocol: 47 }),
        ];
        const inSet = [true, false, false, false, false, false];
        const wanted = kind === 'namedPorts' ? inSet : inSet.map((b) => !b);
        expect(await judged(policy, packets)).toEqual({ delivered: wanted, wrong: [] });
      },
    );

    test.each(Array.from({ length: rounds }, (_, i) => base + i))('seed %i', async (seed) => {
      const { delivered, wrong } = await judged(randomPolicy(seed), randomPackets(seed, PACKETS));
      expect(wrong).toEqual([]);
      for (const one of delivered) verdicts[one ? 'allowed' : 'denied']++;
    });

    test('and both verdicts were frequent', () => {
      const total = verdicts.allowed + verdicts.denied;
      expect(total).toBe(rounds * PACKETS);
      expect(verdicts.allowed).toBeGreaterThan(total / 10);
      expect(verdicts.denied).toBeGreaterThan(total / 10);
    });
  });
});
