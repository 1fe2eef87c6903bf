import { describe, expect, it } from 'vitest';
import { detectBackend } from './backend.ts';
import { fakeRunner } from './run-fake.ts';

/** What each backend's save prints (IPv4 only), and what plain iptables is. */
const host = (nft: string | undefined, legacy: string | undefined, plain = 'nf_tables') =>
  fakeRunner(({ argv: [tool = ''] }) => {
    if (tool === 'iptables') return { stdout: `iptables v1.8.9 (${plain})` };
    const text = tool.includes('-nft-') ? nft : legacy;
    return text === undefined ? undefined : { stdout: tool.startsWith('ip6') ? '' : text };
  });

const rules = (n: number) => `*filter\n${'-A INPUT -j ACCEPT\n'.repeat(n)}COMMIT\n`;

describe('detectBackend', () => {
  it.each([
    ['a hint beats rules', host('*mangle\n:KUBE-IPTABLES-HINT - [0:0]\nCOMMIT\n', rules(9)), 'nft'],
    ['a hint in legacy', host(rules(9), '*mangle\n:KUBE-KUBELET-CANARY - [0:0]\nCOMMIT\n'), 'legacy'],
    ['more rules', host(rules(1), rules(2)), 'legacy'],
    [
      'our own rules do not count',
      host(rules(1), '*filter\n-A tortie-a -j ACCEPT\n-A tortie-a -j DROP\n'),
      'nft',
    ],
    ['a tie goes to plain iptables', host('', '', 'legacy'), 'legacy'],
    ['a tie on a modern host', host('', ''), 'nft'],
    ['only legacy tools', host(undefined, ''), 'legacy'],
    ['only nft tools', host('', undefined), 'nft'],
  ])('%s', async (_name, run, backend) => {
    expect(await detectBackend(run)).toEqual({ value: backend, problems: [] });
  });
  it('gives no answer without tools', async () => {
    const result = await detectBackend(host(undefined, undefined));
    expect(result.value).toBeUndefined();
    expect(result.problems).toMatchObject([{ code: 'host/no-tool' }]);
  });
});
