// Log rules: LOG prints nothing from a namespace, so what is checked is the counter of the rule. A packet that meets a
// log with alternatives is logged once, by either target.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearAll, createApplier } from '../../src/apply/index.ts';
import { parseAddress } from '../../src/net/index.ts';
import { createRenderer } from '../../src/render/index.ts';
import type { Packet } from '../../src/verdict/index.ts';
import { casePolicy } from '../golden/cases.ts';
import { type Lab, openLab, UPLINK } from '../lab/lab.ts';

const bits = (text: string): bigint => parseAddress(text)?.bits ?? 0n;
const packet = (port: number, sourcePort: number): Packet => ({
  family: 4,
  inInterface: UPLINK,
  outInterface: 'calia',
  source: bits('192.0.2.9'),
  destination: bits('10.0.0.1'),
  protocol: 6,
  sourcePort,
  destinationPort: port,
});
/** How the rules are listed with their counters, and what counts the packets of a log rule. */
const COUNTS = {
  nftables: {
    list: ['nft', 'list', 'table', 'inet', 'tortie'],
    rule: /counter packets (\d+) bytes \d+ log /,
  },
  iptables: { list: ['iptables-nft-save', '-c', '-t', 'filter'], rule: /^\[(\d+):\d+\].*-j (?:LOG|NFLOG)/ },
} as const;

describe('log rules in the kernel', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({
      name: 'log',
      workloads: [{ interface: 'calia', routes: ['10.0.0.1/32'] }],
      nodeAddresses: ['192.0.2.1/32'],
    });
  });
  afterAll(() => lab.close());

  describe.each(['nftables', 'iptables'] as const)('%s', (dialect) => {
    it.each(['log', 'nflog'] as const)('%s counts each matching packet once', async (log) => {
      const ruleset = createRenderer(dialect, { log }).render(await casePolicy('ports-log-alternation'));
      const options = { dialect, run: lab.runner, lock: false, backend: 'nft' } as const;
      expect((await createApplier(options).apply(ruleset)).problems).toEqual([]);
      // 8080 is the named port, 443 the number; 80 is neither.
      await lab.probe([packet(8080, 40_001), packet(443, 40_002), packet(443, 40_003), packet(80, 40_004)]);
      const { list, rule } = COUNTS[dialect];
      const { stdout } = await lab.runner.run(list);
      const counted = stdout.split('\n').flatMap((l) => rule.exec(l)?.slice(1).filter(Boolean) ?? []);
      expect(counted.reduce((sum, n) => sum + Number(n), 0)).toBe(3);
      expect((await clearAll({ run: lab.runner, lock: false })).problems).toEqual([]);
    });
  });
});
