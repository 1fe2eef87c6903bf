import { describe, expect, it } from 'vitest';
import { parseIpAddr, readHostFacts } from './facts.ts';
import { fakeRunner } from './run-fake.ts';
import { systemRunner } from './run.ts';

describe('parseIpAddr', () => {
  it('keeps names and addresses of both families, sorted by name', () => {
    const text = JSON.stringify([
      {
        ifname: 'lo',
        addr_info: [
          { family: 'inet', local: '127.0.0.1', prefixlen: 8 },
          { family: 'inet6', local: '::1' },
        ],
      },
      { ifname: 'eth0', addr_info: [{ local: '10.0.0.1' }, {}] },
      { ifname: 'down' },
      {},
    ]);
    expect(parseIpAddr(text)).toEqual({
      value: [
        { name: 'down', addresses: [] },
        { name: 'eth0', addresses: ['10.0.0.1'] },
        { name: 'lo', addresses: ['127.0.0.1', '::1'] },
      ],
      problems: [],
    });
  });
  it.each(['{', '{}', 'null'])('refuses %s', (text) => {
    expect(parseIpAddr(text)).toMatchObject({ problems: [{ code: 'host/addresses' }] });
  });
  it('takes no output for no interfaces', () => {
    expect(parseIpAddr('\n').value).toEqual([]);
  });
});

describe('readHostFacts', () => {
  it('reads versions, and leaves out the tools that are missing', async () => {
    const run = fakeRunner(({ argv }) => {
      if (argv[0] === 'ip') return { stdout: '[]' };
      if (argv[0] === 'nft') return { stdout: 'nftables v1.0.6 (Lester Gooch #5)\n' };
      if (argv[0] === 'iptables-legacy') return { stdout: 'iptables v1.8.9 (legacy)\n' };
      return undefined;
    });
    expect(await readHostFacts(run)).toEqual({
      value: {
        interfaces: [],
        tools: { nft: '1.0.6', iptables: { version: '1.8.9', backends: ['legacy'] } },
      },
      problems: [],
    });
  });
  it('says which package brings a missing ip', async () => {
    const facts = await readHostFacts(fakeRunner(() => undefined));
    expect(facts.value).toBeUndefined();
    expect(facts.problems).toMatchObject([{ code: 'host/no-tool', hint: 'apt-get install iproute2' }]);
  });
  it('reads this host', async () => {
    const facts = await readHostFacts(systemRunner);
    expect(facts.value?.interfaces.map((i) => i.name)).toContain('lo');
  });
});
