import { describe, expect, it } from 'vitest';
import { parseHostFacts, interfacesByRoute } from './host-facts.ts';

const codes = (json: unknown) =>
  parseHostFacts(json).problems.map(({ code, path }) => `${code} ${path?.join('.')}`);

describe('our own form', () => {
  it('is sorted and made canonical', () => {
    const json = {
      interfaces: [
        { name: 'eth0', addresses: ['FD00:0::1', '192.0.2.1'] },
        { name: 'cali1', addresses: [] },
      ],
      tools: { nft: '1.0.6' },
    };
    expect(parseHostFacts(json)).toEqual({
      value: {
        interfaces: [
          { name: 'cali1', addresses: [] },
          { name: 'eth0', addresses: ['fd00::1', '192.0.2.1'] },
        ],
        tools: { nft: '1.0.6' },
      },
      problems: [],
    });
  });

  it('tells all that is wrong', () => {
    const json = { interfaces: [{ name: 'a*', addresses: ['192.0.2.1/24'] }, { name: 'tap+' }], unknown: 1 };
    expect(codes(json)).toEqual([
      'host-facts/invalid interfaces.0.name',
      'host-facts/invalid interfaces.0.addresses.0',
      'host-facts/invalid interfaces.1.name',
      'host-facts/invalid interfaces.1.addresses',
      'host-facts/invalid ',
    ]);
  });

  it.each([null, 'text', 7, {}])('is not %j', (json) => expect(parseHostFacts(json).value).toBeUndefined());
});

describe('ip -j addr', () => {
  it('gives every address of every interface', () => {
    const json = [
      {
        ifindex: 1,
        ifname: 'lo',
        flags: ['LOOPBACK'],
        addr_info: [
          { family: 'inet', local: '127.0.0.1', prefixlen: 8 },
          { family: 'inet6', local: '::1', prefixlen: 128 },
        ],
      },
      {},
      { ifname: 'eth0', link: 'if3', addr_info: [] },
    ];
    expect(parseHostFacts(json).value?.interfaces).toEqual([
      { name: 'eth0', addresses: [] },
      { name: 'lo', addresses: ['127.0.0.1', '::1'] },
    ]);
  });

  it('tells what is no address', () => {
    expect(codes([{ ifname: 'eth0', addr_info: [{ local: 'x' }] }])).toEqual([
      'host-facts/invalid 0.addr_info.0.local',
    ]);
  });
});

describe('routes', () => {
  const address = { ifname: 'eth0', addr_info: [{ local: '192.0.2.1' }] };
  const routes = [
    { dst: 'default', gateway: '192.0.2.254', dev: 'eth0' },
    { dst: '10.0.0.0/24', dev: 'cni0' },
    { dst: '10.0.1.5', dev: 'veth5', scope: 'link' },
    { dst: 'fd00::5', dev: 'veth6' },
    { type: 'blackhole', dst: '10.9.0.0/26' },
  ];

  it('stand among the interfaces, as `jq -s add` joins the lists of ip', () => {
    const { value } = parseHostFacts([address, ...routes]);
    expect(value?.interfaces).toEqual([{ name: 'eth0', addresses: ['192.0.2.1'] }]);
    expect(value?.routes?.map(({ destination }) => destination)).toEqual([
      'default',
      '10.0.0.0/24',
      '10.0.1.5',
      'fd00::5',
    ]);
  });

  it('lead to a pod only if they are for its address alone', () => {
    const { value } = parseHostFacts([address, ...routes]);
    const interfaceOf = interfacesByRoute(value ?? { interfaces: [] });
    expect(interfaceOf(['10.0.1.5/32'])).toBe('veth5');
    expect(interfaceOf(['10.0.1.6/32', 'fd00::5/128'])).toBe('veth6');
    expect(interfaceOf(['10.0.0.7/32'])).toBeUndefined();
    expect(interfacesByRoute({ interfaces: [] })(['10.0.1.5/32'])).toBeUndefined();
  });
});
