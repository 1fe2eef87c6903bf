// Nobody locks himself out: whatever policy there is for host endpoints, the failsafe ports are reachable, in both
// directions and families and on both uplinks, before, during and after enforce, and during and after a rollback; and
// connections through them live on. TORTIE_LOCKOUTS sets how many random policies follow one another (default 45, the
// three dataplanes in turn), TORTIE_SEED repeats a run. Packets go without end while rules change; order, not time, tells
// that one was lost (test/lab/prober.py).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clear, createApplier, enforce, rollBack, type Session } from '../../src/apply/index.ts';
import { openState } from '../../src/host/index.ts';
import { identify } from '../../src/host/process.ts';
import { createRenderer } from '../../src/render/index.ts';
import { random, seedFromEnvironment } from '../generator/random.ts';
import { parsed, resources } from '../generator/resources.ts';
import type { Raw } from '../generator/rules.ts';
import { HOST, HOST_SECOND, labSpec, NODE, OUTSIDE, SECOND, UPLINK } from '../generator/universe.ts';
import { type Lab, openLab, type StormPacket, type StormResult } from '../lab/lab.ts';
import { nodePolicies } from '../properties/case.ts';

const SEED = seedFromEnvironment();
const POLICIES = Number(process.env['TORTIE_LOCKOUTS'] ?? 45);
const DATAPLANES = ['nftables', 'iptables-nft', 'iptables-legacy'] as const;
type Dataplane = (typeof DATAPLANES)[number];
/** Policies that follow one another on one dataplane before the next one has its turn. */
const ROUND = 10;

let lab: Lab;
let folder: string;
let session: Session;
beforeAll(async () => {
  lab = await openLab(labSpec('lock'));
  // Packets made by hand keep to no window, and only policy is to be asked.
  const liberal = 'echo 1 > /proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal';
  const done = await lab.runner.run(['sh', '-c', liberal]);
  if (done.exitCode !== 0) throw new Error(done.stderr);
  folder = mkdtempSync(join(tmpdir(), 'tortie-lockout-'));
  const { value: state, problems } = await openState(lab.runner, folder);
  if (!state) throw new Error(problems.map((p) => p.message).join('; '));
  session = { run: lab.runner, state, lock: { directory: folder } };
});
afterAll(async () => {
  await lab?.close();
  if (folder) rmSync(folder, { recursive: true });
});

/** Failsafes of every policy here, beside those that it has. */
const INBOUND = [
  { protocol: 'tcp', port: 22 },
  { protocol: 'udp', port: 68 },
];
const OUTBOUND = [
  { protocol: 'tcp', port: 179 },
  { protocol: 'udp', port: 53 },
];
const NUMBERS = { tcp: 6, udp: 17 } as const;

const ENDS = ([4, 6] as const).flatMap((family) => [
  { family, uplink: UPLINK, host: HOST[family], far: OUTSIDE[family][0] ?? '' },
  { family, uplink: SECOND, host: HOST_SECOND[family], far: OUTSIDE[family][3] ?? '' },
]);

/** New connections to and from failsafe ports, and both directions of known ones. */
const FAILSAFE: readonly StormPacket[] = ENDS.flatMap(({ family, uplink, host, far }) => {
  const inwards = { from: uplink, to: 'host', family, source: far, destination: host };
  const outwards = { from: 'host', to: uplink, family, source: host, destination: far };
  const ways = [
    ...INBOUND.map((one) => ({ one, open: inwards, reply: outwards })),
    ...OUTBOUND.map((one) => ({ one, open: outwards, reply: inwards })),
  ];
  return ways.flatMap(({ one, open, reply }, n): StormPacket[] => {
    const protocol = NUMBERS[one.protocol as 'tcp' | 'udp'];
    const sourcePort = 40_000 + n;
    return [
      { ...open, protocol, destinationPort: one.port },
      { ...open, protocol, sourcePort, destinationPort: one.port, established: 'original' },
      { ...reply, protocol, sourcePort: one.port, destinationPort: sourcePort, established: 'reply' },
    ];
  });
});

/** No failsafe: shows that there is policy that denies, and that what is lost is seen. */
const OTHERS: readonly StormPacket[] = ENDS.map(({ family, uplink, host, far }) => ({
  from: uplink,
  to: 'host',
  family,
  source: far,
  destination: host,
  protocol: 6,
  destinationPort: 4444,
}));
const PACKETS = [...FAILSAFE, ...OTHERS];

function withFailsafes(raw: readonly Raw[]): Raw[] {
  return raw.map((one) => {
    if (one['kind'] !== 'FelixConfiguration') return one;
    const spec = { ...(one['spec'] as Raw) };
    for (const [field, ports] of [
      ['failsafeInboundHostPorts', INBOUND],
      ['failsafeOutboundHostPorts', OUTBOUND],
    ] as const) {
      if (spec[field] !== undefined) spec[field] = [...(spec[field] as Raw[]), ...ports];
    }
    return { ...one, spec };
  });
}

/** What each policy is made of does not depend on how many there are. */
function rulesetOf(n: number, dataplane: Dataplane) {
  const raw = withFailsafes(resources(random(SEED + n), { hosts: true }));
  const policy = nodePolicies(parsed(raw), [NODE])(NODE);
  const dialect = dataplane === 'nftables' ? 'nftables' : 'iptables';
  return createRenderer(dialect).render(policy, lab.facts);
}

async function changeAgainAndAgain(
  dataplane: Dataplane,
  numbers: readonly number[],
): Promise<StormResult<number>> {
  const dialect = dataplane === 'nftables' ? 'nftables' : 'iptables';
  const backend = dataplane === 'iptables-legacy' ? 'legacy' : 'nft';
  const about = { node: NODE, inputs: [], version: 'test', user: 'test' };
  const confirm = {
    within: 3_600_000,
    startWatcher: async () => ({ value: identify(process.pid), problems: [] }),
  };
  return lab.storm(PACKETS, async (storm) => {
    let rollbacks = 0;
    let applier = createApplier({ dialect, run: lab.runner, backend, lock: false });
    for (const n of numbers) {
      const wanted = rulesetOf(n, dataplane);
      // Each third change is taken back, and made once more.
      const taken = n % 3 === 2;
      await storm.phase(`during ${n}`);
      const done = await enforce(session, { wanted, applier, about, ...(taken && { confirm }) });
      expect(done.problems.filter((p) => p.severity === 'error')).toEqual([]);
      await storm.phase(`after ${n}`);
      if (!done.pending) continue;
      await storm.phase(`during rollback ${n}`);
      expect(await rollBack(session)).toEqual({ ok: true, problems: [] });
      rollbacks += 1;
      await storm.phase(`after rollback ${n}`);
      applier = createApplier({ dialect, run: lab.runner, backend, lock: false });
    }
    expect(await clear(session)).toMatchObject({ ok: true });
    return rollbacks;
  });
}

it(`failsafe ports stay reachable through ${POLICIES} policies for host endpoints (TORTIE_SEED=${SEED})`, {
  timeout: 600_000 + POLICIES * 5_000,
}, async () => {
  console.log(`lock-out: TORTIE_SEED=${SEED}`);
  const start = performance.now();
  const locks: string[] = [];
  const total = { rounds: 0, during: 0, rollbacks: 0, denying: 0 };
  for (let first = 0; first < POLICIES; first += ROUND) {
    const dataplane = DATAPLANES[(first / ROUND) % DATAPLANES.length] ?? 'nftables';
    const numbers = Array.from({ length: Math.min(ROUND, POLICIES - first) }, (_, i) => first + i);
    const { phases, value: rollbacks } = await changeAgainAndAgain(dataplane, numbers);
    total.rollbacks += rollbacks;
    for (const [name, { rounds, lost }] of phases) {
      total.rounds += rounds;
      if (name.startsWith('during')) total.during += rounds;
      const locked = [...lost].filter(([index]) => index < FAILSAFE.length);
      for (const [index, times] of locked) {
        locks.push(`${dataplane}, ${name}: ${times} of ${rounds} ${JSON.stringify(PACKETS[index])}`);
        console.log(`lock-out: ${locks.at(-1)}`);
      }
      if (name.startsWith('after') && lost.size > locked.length) total.denying += 1;
    }
  }
  expect(locks, `TORTIE_SEED=${SEED}`).toEqual([]);
  // What is not a failsafe is denied now and then, and what is lost is seen.
  expect(total.denying).toBeGreaterThan(POLICIES / 10);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `lock-out: ${POLICIES} policies, ${total.rollbacks} rollbacks, ${total.rounds * FAILSAFE.length} packets to failsafe ports, of them ${total.during * FAILSAFE.length} while rules changed, none lost; ${total.denying} policies denied others; ${seconds} s`,
  );
});
