import { describe, expect, test } from 'vitest';
import { nodePolicy } from '../../verdict/testing.ts';
import type { Block, Condition, ProgramRule } from '../program.ts';
import type { ChainText } from '../ruleset.ts';
import { targets } from './actions.ts';
import { markBits } from './bits.ts';
import { type BlockContext, blockChainName, lowerBlock } from './block.ts';

const CONFIG = nodePolicy({}).config;
const context: BlockContext = {
  family: 4,
  bits: markBits(0xffff0000),
  targets: targets(CONFIG.iptables, 'log'),
  sets: { netSet: (id) => id, portSet: () => undefined },
};
const key = 'NetworkPolicy/prod/web';

function block(...rules: Partial<ProgramRule>[]): Block {
  return {
    id: `${key}/ingress`,
    resource: key,
    kind: 'policy',
    direction: 'ingress',
    tier: 'default',
    passes: false,
    rules: rules.map((r, i) => {
      return { id: `${key}/ingress/${i}`, family: 4, action: 'allow', conditions: [], ...r };
    }),
  };
}

const set = (name: string): Condition => ({ kind: 'set', side: 'source', set: name, negated: false });
const anyOf = (...names: string[]): Condition => ({ kind: 'any-of', alternatives: names.map(set) });
const src = (name: string) => `-m set --match-set ${name} src`;
const texts = (chains: readonly ChainText[]) => chains.map((c) => c.rules.map((r) => r.text));

describe('actions', () => {
  test('one kernel rule each', () => {
    const rules = block(
      { action: 'allow' },
      { action: 'deny' },
      { action: 'pass' },
      { action: 'log', logPrefix: 'p' },
    );
    expect(texts(lowerBlock(rules, context))).toEqual([
      ['-g tortie-allow', '-j DROP', '-g tortie-pass', '-j LOG --log-prefix "p: " --log-level 5'],
    ]);
  });

  test('reject, and nflog', () => {
    const t = targets({ ...CONFIG.iptables, denyAction: 'reject' }, 'nflog');
    const rules = block({ action: 'deny' }, { action: 'log', logPrefix: 'p' });
    expect(texts(lowerBlock(rules, { ...context, targets: t }))).toEqual([
      ['-j REJECT', '-j NFLOG --nflog-group 1 --nflog-prefix "p: " --nflog-size 80'],
    ]);
  });

  test('only rules of the family; a block without any keeps one rule that does nothing', () => {
    const [chain] = lowerBlock(block({ family: 6 }), context);
    expect(chain?.rules).toEqual([{ text: '', comment: `${key}/ingress` }]);
    expect(lowerBlock(block({ family: 6 }), { ...context, family: 6 })[0]?.rules[0]?.rule).toBe(
      `${key}/ingress/0`,
    );
  });

  test('annotations stand behind the id', () => {
    const [chain] = lowerBlock(block({ annotations: [['why', 'because "x"']] }), context);
    expect(chain?.rules[0]?.comment).toBe(`${key}/ingress/0; why=because _x_`);
  });
});

describe('alternatives', () => {
  test('two of a rule that ends the chain are two rules', () => {
    expect(texts(lowerBlock(block({ conditions: [set('s'), anyOf('a', 'b')] }), context))).toEqual([
      [`${src('s')} ${src('a')} -g tortie-allow`, `${src('s')} ${src('b')} -g tortie-allow`],
    ]);
  });

  test('more are a chain, and an allow in it ends the policy', () => {
    const [own, or] = lowerBlock(block({ conditions: [set('s'), anyOf('a', 'b', 'c')] }), context);
    expect(own?.rules.map((r) => r.text)).toEqual([
      `${src('s')} -j ${or?.name}`,
      '-m mark --mark 0x10000/0x10000 -j RETURN',
    ]);
    expect(or?.rules.map((r) => r.text)).toEqual(['a', 'b', 'c'].map((n) => `${src(n)} -g tortie-allow`));
    expect(or?.rules.every((r) => r.rule === `${key}/ingress/0`)).toBe(true);
  });

  test('two choices are two chains, never their product', () => {
    const chains = lowerBlock(
      block({ action: 'pass', conditions: [anyOf('a', 'b'), anyOf('c', 'd')] }),
      context,
    );
    const [own, first, second] = chains;
    expect(chains).toHaveLength(3);
    expect(own?.rules.map((r) => r.text)).toEqual([
      `-j ${first?.name}`,
      '-m mark --mark 0x20000/0x20000 -j RETURN',
    ]);
    expect(first?.rules.map((r) => r.text)).toEqual([
      `${src('a')} -g ${second?.name}`,
      `${src('b')} -g ${second?.name}`,
    ]);
    expect(second?.rules.map((r) => r.text)).toEqual([
      `${src('c')} -g tortie-pass`,
      `${src('d')} -g tortie-pass`,
    ]);
  });

  test('a log is reached once', () => {
    const chains = lowerBlock(
      block({ action: 'log', logPrefix: 'p', conditions: [anyOf('a', 'b')] }),
      context,
    );
    const [own, first, log] = chains;
    expect(own?.rules.map((r) => r.text)).toEqual([`-j ${first?.name}`]);
    expect(first?.rules.map((r) => r.text)).toEqual([
      `${src('a')} -g ${log?.name}`,
      `${src('b')} -g ${log?.name}`,
    ]);
    expect(log?.rules.map((r) => r.text)).toEqual(['-j LOG --log-prefix "p: " --log-level 5']);
  });
});

test('names: readable while they fit in 28 characters, hashed beyond, never two blocks in one', () => {
  const name = (
    resource: string,
    kind: Block['kind'] = 'policy',
    direction: Block['direction'] = 'ingress',
  ) => blockChainName({ id: '', resource, kind, direction });
  expect(name('NetworkPolicy/prod/web')).toBe('tortie-pi-np/prod/web');
  expect(name('GlobalNetworkPolicy/deny', 'policy', 'egress')).toBe('tortie-po-gnp/deny');
  expect(name('Profile/kns.prod', 'profile')).toBe('tortie-pri-kns.prod');
  expect(name(`NetworkPolicy/prod/${'x'.repeat(40)}`)).toMatch(/^tortie-pi-_[A-Za-z0-9_-]{17}$/);
  expect(name('NetworkPolicy/a b/c')).toMatch(/^tortie-pi-_[A-Za-z0-9_-]{17}$/);
});
