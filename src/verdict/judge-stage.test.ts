// What tiers, policies and profiles of one endpoint say, with Calico's known traps as far as they concern workloads.
import { describe, expect, it } from 'vitest';
import { createEvaluator } from './evaluate.ts';
import type { Packet } from './packet.ts';
import { type EndpointSketch, nodePolicy, packet, type RuleSketch, said } from './testing.ts';

const ALLOW: RuleSketch = { action: 'allow' };
const DENY: RuleSketch = { action: 'deny' };
const PASS: RuleSketch = { action: 'pass' };
const LOG: RuleSketch = { action: 'log' };
const OPEN = { ingress: [ALLOW], egress: [ALLOW] };
/** Lets everything through, in both directions. */
const open: EndpointSketch = { profiles: { open: OPEN } };

const outToB = packet({ inInterface: 'eth0', outInterface: 'cali-b' });
const aToOut = packet({ inInterface: 'cali-a', outInterface: 'eth0' });

/** What workload `b` with these tiers and profiles says to a packet from outside. */
function ingress(b: EndpointSketch, p: Packet = outToB): string {
  return said(createEvaluator(nodePolicy({ b })).judge(p));
}

describe('tiers and policies', () => {
  it('the first rule that matches decides, over policies and rules in order', () => {
    const policies = {
      p: { ingress: [{ action: 'deny', protocol: 17 } as const, ALLOW] },
      q: { ingress: [DENY] },
    };
    expect(ingress({ tiers: { one: { policies } } })).toBe('allow');
    const swapped = { q: policies.q, p: policies.p };
    expect(ingress({ tiers: { one: { policies: swapped } } })).toBe(
      'deny workload-ingress NetworkPolicy/t/q/ingress/0',
    );
  });

  it('allow in a tier ends the stage: later tiers and profiles are not asked', () => {
    const tiers = {
      one: { policies: { p: { ingress: [ALLOW] } } },
      two: { policies: { q: { ingress: [DENY] } } },
    };
    expect(ingress({ tiers, profiles: { shut: { ingress: [DENY] } } })).toBe('allow');
  });

  it('pass skips the rest of the tier', () => {
    const tiers = {
      one: { policies: { p: { ingress: [PASS, DENY] }, q: { ingress: [DENY] } } },
      two: { policies: { r: { ingress: [ALLOW] } } },
    };
    expect(ingress({ tiers })).toBe('allow');
  });

  it('no match meets the default action of the tier', () => {
    const none = { p: { ingress: [{ action: 'allow', protocol: 17 } as const] } };
    expect(ingress({ tiers: { one: { policies: none } }, ...open })).toBe(
      'deny workload-ingress one/ingress',
    );
    expect(ingress({ tiers: { one: { defaultAction: 'Pass', policies: none } }, ...open })).toBe('allow');
    expect(ingress({ tiers: { one: { defaultAction: 'Pass', policies: none } } })).toBe(
      'deny workload-ingress no-profile-matched',
    );
  });

  it('a policy without rules still brings the end of its tier', () => {
    expect(ingress({ tiers: { one: { policies: { p: { ingress: [] } } } }, ...open })).toBe(
      'deny workload-ingress one/ingress',
    );
  });

  it('log never decides', () => {
    expect(ingress({ tiers: { one: { policies: { p: { ingress: [LOG, DENY] } } } }, ...open })).toBe(
      'deny workload-ingress NetworkPolicy/t/p/ingress/1',
    );
    expect(ingress({ tiers: { one: { policies: { p: { ingress: [LOG] } } } }, ...open })).toBe(
      'deny workload-ingress one/ingress',
    );
    expect(ingress({ profiles: { p: { ingress: [LOG] } } })).toBe('deny workload-ingress no-profile-matched');
  });

  it('an allow with an http match lets nothing through', () => {
    const policies = { p: { ingress: [{ action: 'allow', never: 'http' } as const] } };
    expect(ingress({ tiers: { one: { policies } }, ...open })).toBe('deny workload-ingress one/ingress');
  });

  it('a tier without policies in this direction is transparent', () => {
    const tiers = { one: { policies: { p: { egress: [DENY] } } } };
    expect(ingress({ tiers, ...open })).toBe('allow');
    expect(said(createEvaluator(nodePolicy({ a: { tiers, ...open } })).judge(aToOut))).toBe(
      'deny workload-egress NetworkPolicy/t/p/egress/0',
    );
  });

  it('only egress policies: ingress goes straight to the profiles', () => {
    const tiers = { default: { policies: { p: { egress: [ALLOW] } } } };
    expect(ingress({ tiers, ...open })).toBe('allow');
    expect(ingress({ tiers })).toBe('deny workload-ingress no-profile-matched');
  });

  it('all tiers pass: the profiles decide; pass in the last tier without profiles drops', () => {
    const tiers = {
      one: { policies: { p: { ingress: [PASS] } } },
      two: { policies: { q: { ingress: [PASS] } } },
    };
    expect(ingress({ tiers, ...open })).toBe('allow');
    expect(ingress({ tiers })).toBe('deny workload-ingress no-profile-matched');
  });

  it('staged policies decide nothing, and a tier of only staged ones is transparent', () => {
    const staged = { policies: { s: { staged: true, ingress: [DENY] } } };
    expect(ingress({ tiers: { one: staged }, ...open })).toBe('allow');
    const mixed = { policies: { ...staged.policies, p: { ingress: [ALLOW] } } };
    expect(ingress({ tiers: { one: mixed } })).toBe('allow');
  });

  it('nets of one family on one side and of the other on the other match neither', () => {
    const match = { source: { nets: ['10.0.0.0/8'] }, destination: { nets: ['fd00::/8'] } };
    const tiers = {
      one: { defaultAction: 'Pass', policies: { p: { ingress: [{ action: 'deny', ...match }] } } },
    } as const;
    expect(ingress({ tiers, ...open })).toBe('allow');
    expect(
      ingress(
        { tiers, ...open },
        packet({ inInterface: 'eth0', outInterface: 'cali-b', from: 'fd00::1', to: 'fd00::2' }),
      ),
    ).toBe('allow');
  });
});

describe('profiles', () => {
  it('are asked in order; allow and deny decide', () => {
    expect(
      ingress({ profiles: { p: { ingress: [] }, q: { ingress: [ALLOW] }, r: { ingress: [DENY] } } }),
    ).toBe('allow');
    expect(ingress({ profiles: { r: { ingress: [DENY] }, q: { ingress: [ALLOW] } } })).toBe(
      'deny workload-ingress Profile/r/ingress/0',
    );
  });

  it('pass skips to the next profile', () => {
    expect(ingress({ profiles: { p: { ingress: [PASS, DENY] }, q: { ingress: [ALLOW] } } })).toBe('allow');
    expect(ingress({ profiles: { p: { ingress: [PASS, ALLOW] } } })).toBe(
      'deny workload-ingress no-profile-matched',
    );
  });

  it('nothing decided: deny', () => {
    expect(ingress({})).toBe('deny workload-ingress no-profile-matched');
  });
});

it('refuses a NodePolicy that lists what it does not hold', () => {
  const policy = nodePolicy({ b: { tiers: { one: { policies: { p: { ingress: [DENY] } } } }, ...open } });
  expect(() => createEvaluator({ ...policy, policies: new Map() }).verdict(outToB)).toThrow(
    /NetworkPolicy\/t\/p/,
  );
  expect(() => createEvaluator({ ...policy, profiles: new Map() }).verdict(outToB)).toThrow(/profile open/);
});
