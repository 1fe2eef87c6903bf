// Rules by example: which IP sets each side refers to, with the ids that Calico gives them.
import { describe, expect, it } from 'vitest';
import type { NetworkPolicy } from '../resources/index.ts';
import { uniqueId } from '../selector/index.ts';
import { compileRules } from './rules.ts';
import { createSelectorCache } from './selector-cache.ts';
import { globalPolicy, networkPolicy } from './testing/resources.ts';
import { createWorkCounters } from './work.ts';

const ALL = 's:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug';
const A_IS_B = 's:flMh0m0X_BowkAK_W3j3MgH8oQOsj3WxGDoXCQ';

function compile(rule: Record<string, unknown>, namespace?: string) {
  const spec = { egress: [{ action: 'Allow', ...rule }] };
  const resource = namespace === undefined ? globalPolicy('p', spec) : networkPolicy(`${namespace}/p`, spec);
  const { spec: parsed } = resource as NetworkPolicy;
  const owner = { key: 'Kind/p', namespace };
  const compiled = compileRules(owner, parsed, createSelectorCache(createWorkCounters()));
  expect(compiled.problems).toEqual([]);
  return { rule: compiled.egress[0], sets: compiled.sets };
}

function destination(peer: Record<string, unknown>, protocol?: string | number, namespace?: string) {
  const { rule } = compile({ destination: peer, ...(protocol !== undefined && { protocol }) }, namespace);
  const lists = Object.entries(rule?.destination ?? {}).filter(([, list]) => list.length > 0);
  return Object.fromEntries(lists);
}

describe('sets of one side', () => {
  const named = (selector: string, protocol: string, name: string) =>
    uniqueId('n', `${selector},${protocol},${name}`);

  it('a selector', () => expect(destination({ selector: 'a=="b"' })).toEqual({ sets: [A_IS_B] }));
  it('only notSelector', () => expect(destination({ notSelector: 'a=="b"' })).toEqual({ notSets: [A_IS_B] }));
  it('both merge into one', () =>
    expect(destination({ selector: 'a == "b"', notSelector: 'c == "d"' })).toEqual({
      sets: ['s:y8s-rg2KnoC0a-DBAotO9uojLdJUkCh4kauw1w'],
    }));
  it('a named port needs no other set', () =>
    expect(destination({ selector: 'a=="b"', ports: ['http'] }, 'TCP')).toEqual({
      namedPorts: [named(A_IS_B, 'tcp', 'http')],
    }));
  it('beside a number it does', () =>
    expect(destination({ selector: 'a=="b"', ports: ['http', 80] }, 'TCP')).toEqual({
      sets: [A_IS_B],
      ports: [{ first: 80, last: 80 }],
      namedPorts: [named(A_IS_B, 'tcp', 'http')],
    }));
  it('without a selector, of everything', () =>
    expect(destination({ ports: ['http'] }, 'TCP')).toEqual({
      namedPorts: ['n:cl9_Kgeu4H0OGLbhovVR3NBLUOZscKeMK1Mu4A'],
    }));
  it('without a protocol, of any', () =>
    expect(destination({ ports: ['http'] })).toEqual({ namedPorts: [named(ALL, 'any', 'http')] }));
  it.each([
    ['UDP', 'udp'],
    [132, 'sctp'],
    [6, 'tcp'],
  ])('of protocol %s', (protocol, name) =>
    expect(destination({ ports: ['http'] }, protocol)).toEqual({ namedPorts: [named(ALL, name, 'http')] }),
  );
  it('a negated named port is one of the positive selector', () =>
    expect(destination({ selector: 'a=="b"', notPorts: ['http'] }, 'TCP')).toEqual({
      sets: [A_IS_B],
      notNamedPorts: [named(A_IS_B, 'tcp', 'http')],
    }));
  it('beside notSelector it is of everything', () =>
    expect(destination({ notSelector: 'a=="b"', notPorts: ['http'] }, 'TCP')).toEqual({
      notSets: [A_IS_B],
      notNamedPorts: [named(ALL, 'tcp', 'http')],
    }));
  it('a namespaced policy means its own namespace', () => {
    const { rule, sets } = compile({ destination: { selector: 'a=="b"' } }, 'ns1');
    const [id] = rule?.destination.sets ?? [];
    expect(sets.get(id ?? '')?.description).toBe('(projectcalico.org/namespace == "ns1" && a == "b")');
  });
  it('nets are masked, in the order given', () =>
    expect(destination({ nets: ['10.2.0.0/16', '10.1.0.0/16'], notNets: ['10.1.1.1/32'] })).toEqual({
      nets: ['10.2.0.0/16', '10.1.0.0/16'],
      notNets: ['10.1.1.1/32'],
    }));
});

describe('the rule itself', () => {
  it.each([
    ['ICMP by name is IPv4', { protocol: 'ICMP' }, { family: 4, protocol: 1 }],
    ['ICMPv6 by name is IPv6', { protocol: 'ICMPv6' }, { family: 6, protocol: 58 }],
    ['by number it is either', { protocol: 58 }, { protocol: 58 }],
    ['a family given', { ipVersion: 6 }, { family: 6 }],
    ['a protocol excluded', { notProtocol: 'ICMP' }, { notProtocol: 1 }],
    [
      'ICMP type and code',
      { protocol: 1, icmp: { type: 0, code: 0 } },
      { protocol: 1, icmp: { type: 0, code: 0 } },
    ],
    ['ICMP without a type is no condition', { protocol: 1, icmp: {} }, { protocol: 1 }],
    [
      'another ICMP excluded',
      { protocol: 'TCP', notICMP: { type: 8 } },
      { protocol: 6, notIcmp: { type: 8 } },
    ],
  ])('%s', (_name, spec, expected) => {
    const { id, direction, action, source, destination: to, ...conditions } = compile(spec).rule ?? {};
    expect(conditions).toEqual(expected);
    expect([id, direction, action]).toEqual(['Kind/p/egress/0', 'egress', 'allow']);
    expect([source, to].every((side) => Object.values(side ?? {}).every((list) => list.length === 0))).toBe(
      true,
    );
  });

  it('a service is a set of its own: with ports where it is the destination', () => {
    const services = { name: 'x', namespace: 'y' };
    const spec = {
      ingress: [{ action: 'Allow', protocol: 'TCP', source: { services, ports: [80] } }],
      egress: [{ action: 'Allow', destination: { services: { name: 'x' } } }],
    };
    const { spec: lists } = networkPolicy('y/p', spec) as NetworkPolicy;
    const owner = { key: 'Kind/p', namespace: 'y' };
    const { ingress, egress, sets } = compileRules(owner, lists, createSelectorCache(createWorkCounters()));
    expect([...sets.values()].map(({ id, type, description }) => [id, type, description])).toEqual([
      [uniqueId('svcnoport', 'y/x'), 'net', 'addresses of service y/x'],
      [uniqueId('svc', 'y/x'), 'port', 'service y/x'],
    ]);
    const [addresses, withPorts] = [...sets.keys()];
    expect(ingress[0]?.source).toMatchObject({ sets: [addresses], ports: [{ first: 80, last: 80 }] });
    expect(egress[0]?.destination).toMatchObject({ sets: [], namedPorts: [withPorts] });
  });

  it('what does not parse is refused, never widened', () => {
    const rule = {
      action: 'Allow' as const,
      source: { nets: ['nonsense'], selector: 'a ==' },
      destination: {},
    };
    const { problems } = compileRules(
      { key: 'k' },
      { ingress: [rule] },
      createSelectorCache(createWorkCounters()),
    );
    expect(problems.map(({ code, path }) => [code, path?.join('.')])).toEqual([
      ['selector/syntax', 'spec.ingress.0'],
      ['policy/net', 'spec.ingress.0'],
    ]);
  });
});
