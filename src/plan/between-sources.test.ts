// A check of sources that loosens while policy tightens: no state between the commits lets a packet through that both the
// old and the new one deny.
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../render/build-program.ts';
import { lowerIptables } from '../render/iptables/lower.ts';
import { printFamily } from '../render/iptables/print.ts';
import { EMPTY, restore, simulate } from '../render/iptables/simulate.ts';
import { nodePolicy, packet } from '../verdict/testing.ts';
import { planIptables } from './iptables.ts';

const policy = (action: 'allow' | 'deny', allowSpoofing: boolean, pools: readonly string[] = []) =>
  lowerIptables(
    buildProgram(
      nodePolicy(
        {
          a: {
            spoofable: ['10.0.0.0/8'],
            tiers: { t: { policies: { [action]: { egress: [{ action }] } } } },
          },
        },
        { config: { allowSpoofing }, masquerade: { sources: pools, exceptions: pools } },
      ),
    ),
  );
const spoofed = packet({ inInterface: 'cali-a', outInterface: 'eth0', spoofed: true });

describe.each(['nft', 'legacy'] as const)('%s', (backend) => {
  const states = (older: ReturnType<typeof policy>, newer: ReturnType<typeof policy>) => {
    const { commands } = planIptables(older, newer, { backend });
    const stdin = commands.find((c) => c.purpose === 'rules v4')?.stdin ?? '';
    const from = restore(EMPTY, printFamily(older, 4)).at(-1) ?? EMPTY;
    const tables = [...stdin.matchAll(/^\*(\w+)$/gm)].map(([, table]) => table);
    return { tables: [...new Set(tables)], all: [from, ...restore(from, stdin)] };
  };
  const verdicts = (of: ReturnType<typeof states>) => [
    ...new Set(of.all.map((tables) => simulate(tables, new Map(), spoofed).verdict)),
  ];

  it('never lets a spoofed packet through that is denied before and after', () => {
    expect(verdicts(states(policy('allow', false), policy('deny', true)))).toEqual(['deny']);
    expect(verdicts(states(policy('deny', true), policy('allow', false)))).toEqual(['deny']);
    expect(verdicts(states(policy('allow', false), policy('allow', true)))).toEqual(['deny', 'allow']);
  });

  it('tests the second step although the first is not committed: it uses nothing that the first makes', () => {
    const { commands } = planIptables(policy('allow', false), policy('deny', true), { backend });
    const stdin = commands.find((c) => c.purpose === 'rules v4')?.stdin ?? '';
    const sections = stdin.split(/^(?=\*)/m).filter((section) => section.startsWith('*raw'));
    const last = sections.filter((section) => section.includes('-A tortie-reverse-path')).at(-1) ?? '';
    const declared = [...last.matchAll(/^:(\S+)/gm)].map(([, name]) => name);
    const used = [...last.matchAll(/ -[jg] (tortie-src-\S+)$/gm)].map(([, name]) => name);
    expect(used.filter((name) => !declared.includes(name))).toEqual([]);
    expect(used.length).toBeGreaterThan(0);
  });

  it('commits nat once, and nothing but nat when only pools change', () => {
    const older = policy('allow', false, ['10.0.0.0/8']);
    const newer = policy('allow', false, ['10.0.0.0/8', '11.0.0.0/8']);
    expect(states(older, newer).tables).toEqual(['nat']);
    const gone = states(older, policy('deny', true));
    expect(gone.tables).toEqual(['raw', 'nat', 'filter']);
    expect(gone.all.at(-1)?.get('nat')?.get('POSTROUTING')).toEqual([]);
  });
});
