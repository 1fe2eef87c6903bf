// A process that is killed between two commits of iptables: policy, pre-DNAT and untracked policy, the check of sources and
// masquerade change at once, and after each commit the change stops there for good. No packet that both policies deny comes
// through what was left behind, and a new process ends where it should, be that the new policy or the old one. Both
// backends, both families, both ways.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearAll, createApplier } from '../../src/apply/index.ts';
import type { Runner } from '../../src/host/index.ts';
import { parseAddress } from '../../src/net/index.ts';
import type { NodePolicy } from '../../src/policy/index.ts';
import { createRenderer, type Ruleset } from '../../src/render/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import { type HostSketch, nodePolicy, type RuleSketch } from '../../src/verdict/testing.ts';
import { type Lab, openLab, UPLINK } from '../lab/lab.ts';

const SPOOFED = ['10.9.0.0/16', 'fd09::/64'];
const LISTED = ['198.51.100.1/32', '2001:db8:9::1/128'];
const OWN = ['10.65.0.0/28', 'fd65::/64'];

const rule = (action: 'allow' | 'deny', first?: number, nets: readonly string[] = []): RuleSketch => ({
  action,
  source: { nets },
  ...(first !== undefined && { protocol: 17, destination: { ports: [{ first, last: first }] } }),
});
const from = (action: 'allow' | 'deny'): RuleSketch[] => LISTED.map((net) => rule(action, undefined, [net]));
const pass = (name: string, ingress: readonly RuleSketch[]) => ({
  [name]: { defaultAction: 'Pass' as const, policies: { [name]: { ingress } } },
});
const all = { rest: { policies: { rest: { ingress: [rule('allow')], egress: [rule('allow')] } } } };

/** Before: what leaves goes to 80 and 443, and is masqueraded; after: to 443 and 444, from other sources too. */
const before: NodePolicy = nodePolicy(
  { 'w/0': workload([80, 443]) },
  {
    config: { allowSpoofing: true },
    masquerade: { sources: OWN, exceptions: OWN },
    hosts: {
      up: host({ untracked: pass('u', [...from('deny'), rule('allow', 81)]), forward: all, normal: all }),
    },
  },
);
const after: NodePolicy = nodePolicy(
  { 'w/0': { ...workload([443, 444]), spoofable: SPOOFED } },
  {
    config: { allowSpoofing: true },
    hosts: {
      up: host({
        untracked: pass('v', [rule('allow', 81)]),
        preDnat: pass('d', from('deny')),
        forward: all,
        normal: all,
      }),
    },
  },
);

function workload(ports: readonly number[]) {
  const egress = ports.map((port) => rule('allow', port));
  return {
    interfaceName: 'cali0',
    tiers: { t: { policies: { web: { ingress: [rule('allow', 82)], egress } } } },
  };
}

function host(lists: NonNullable<HostSketch['lists']>): HostSketch {
  return { interfaceName: UPLINK, lists };
}

const ENDS = {
  4: {
    own: '10.65.0.3',
    spoofed: '10.9.0.1',
    never: '10.10.0.1',
    out: '198.51.100.2',
    listed: '198.51.100.1',
  },
  6: { own: 'fd65::3', spoofed: 'fd09::1', never: 'fd10::1', out: '2001:db8:9::2', listed: '2001:db8:9::1' },
} as const;
const bits = (text: string): bigint => parseAddress(text)?.bits ?? 0n;
let port = 20_000;

/** One of both families each time, always of new connections. */
const sent = (source: 'own' | 'spoofed' | 'never', destinationPort: number): Packet[] =>
  packets(
    (ends) => ({ inInterface: 'cali0', outInterface: UPLINK, source: ends[source], destination: ends.out }),
    destinationPort,
  );
const received = (source: 'out' | 'listed', destinationPort: number, state?: 'established'): Packet[] =>
  packets(
    (ends) => ({ inInterface: UPLINK, outInterface: 'cali0', source: ends[source], destination: ends.own }),
    destinationPort,
    state,
  );

function packets(
  way: (ends: (typeof ENDS)[4 | 6]) => {
    inInterface: string;
    outInterface: string;
    source: string;
    destination: string;
  },
  destinationPort: number,
  state?: 'established',
): Packet[] {
  return ([4, 6] as const).map((family) => {
    const { source, destination, ...rest } = way(ENDS[family]);
    port = port < 60_000 ? port + 1 : 20_000;
    const ends = { source: bits(source), destination: bits(destination) };
    return {
      family,
      ...rest,
      ...ends,
      protocol: 17,
      sourcePort: port,
      destinationPort,
      ...(state && { state }),
    };
  });
}

/** What both deny, though some of it only because of different tables. */
const denied = (): Packet[] => [
  ...sent('spoofed', 80),
  ...sent('own', 79),
  ...sent('never', 443),
  ...received('listed', 82),
  ...received('out', 79),
  // Known to conntrack, but neither policy has it tracked, and what is not tracked is denied by the workload's.
  ...received('out', 81, 'established'),
];
const allowed = (): Packet[] => [...sent('own', 443), ...received('out', 82)];
const onlyBefore = (): Packet[] => sent('own', 80);
const onlyAfter = (): Packet[] => [...sent('own', 444), ...sent('spoofed', 443)];

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({
    name: 'killed',
    workloads: [{ interface: 'cali0', routes: OWN }],
    nodeAddresses: ['192.0.2.1/24', '2001:db8::1/64'],
  });
});
afterAll(async () => lab?.close());

/** Commits of both families, those that delete chains and steps of sets included: less one, after which all is done. */
const STOPS = { nft: 16, legacy: 11 };

class Killed extends Error {}

/** Stops for good behind so many commits: what came before the last of them has been done, the rest has not. */
function killedAfter(commits: number): Runner {
  let done = 0;
  return {
    async run(argv, options = {}) {
      const [tool = '', how] = argv;
      const changes =
        (tool.endsWith('-restore') && !argv.includes('--test')) || (tool === 'ipset' && how === 'restore');
      if (!changes) return lab.runner.run(argv, options);
      const parts = (options.stdin ?? '').split(/(?<=^COMMIT\n)/m);
      const kept = parts.slice(0, commits - done);
      done += kept.length;
      if (kept.length === parts.length) return lab.runner.run(argv, options);
      if (kept.length > 0) await lab.runner.run(argv, { ...options, stdin: kept.join('') });
      throw new Killed();
    },
  };
}

const delivered = async (list: Packet[]) =>
  (await lab.probe(list)).map((arrived, i) => (arrived ? list[i] : undefined)).filter((p) => p !== undefined);

describe.each(['nft', 'legacy'] as const)('%s', (backend) => {
  const options = { dialect: 'iptables', backend, lock: false } as const;
  const rendered = createRenderer('iptables');
  const rulesets = { before: rendered.render(before), after: rendered.render(after) };
  const apply = async (wanted: Ruleset, run: Runner = lab.runner) => {
    const result = await createApplier({ ...options, run }).apply(wanted);
    expect(result).toMatchObject({ ok: true, problems: [] });
  };
  const expectState = async (name: 'before' | 'after') => {
    const pass = await delivered([...allowed(), ...(name === 'before' ? onlyBefore() : onlyAfter())]);
    expect(pass).toHaveLength(name === 'before' ? 6 : 8);
    expect(await delivered([...denied(), ...(name === 'before' ? onlyAfter() : onlyBefore())])).toEqual([]);
    const seen = await lab.observe(sent('own', 443));
    const own = name === 'before' ? ['192.0.2.1', '2001:db8::1'] : [ENDS[4].own, ENDS[6].own];
    expect(seen.map((arrival) => arrival?.source)).toEqual(own);
  };
  const isKilled = async (wanted: 'before' | 'after', commits: number): Promise<boolean> => {
    const change = createApplier({ ...options, run: killedAfter(commits) }).apply(rulesets[wanted]);
    return (await change.catch((error: unknown) => error)) instanceof Killed;
  };
  /** Nothing of a state in between is left. */
  const expectTidy = async () => {
    const saves = ['iptables', 'ip6tables'].map((tool) => lab.runner.run([`${tool}-${backend}-save`]));
    const listing = (await Promise.all(saves)).map(({ stdout }) => stdout).join('');
    expect(listing).toContain('tortie-');
    expect(listing).not.toMatch(/tortie-(?:new|tmp)-/);
  };

  it('lets nothing through that both deny, wherever it was killed', { timeout: 120_000 }, async () => {
    await apply(rulesets.before);
    await expectState('before');
    let [at, to]: ('before' | 'after')[] = ['before', 'after'];
    let stops = 0;
    const open: Packet[] = [];
    for (let commits = 1; at && to; commits++) {
      if (!(await isKilled(to, commits))) break;
      stops += 1;
      open.push(...(await delivered(denied())));
      // By turns on to what was wanted, and back to what was there; and now and then killed once more on that way.
      const wanted = commits % 3 === 0 ? at : to;
      const again = commits % 4 === 2 && (await isKilled(wanted, 3));
      open.push(...(again ? await delivered(denied()) : []));
      await apply(rulesets[wanted]);
      await expectTidy();
      [at, to] = wanted === 'before' ? ['before', 'after'] : ['after', 'before'];
    }
    await expectState(to ?? 'before');
    expect({ open, stops }).toEqual({ open: [], stops: STOPS[backend] });
    await clearAll({ run: lab.runner, lock: false });
  });
});
