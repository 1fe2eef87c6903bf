import { expect, it } from 'vitest';
import { BUILTINS, kindAliases, KINDS, parseResource, UNUSED_FELIX_FIELDS } from './index.ts';
import { felixConfigurationSpec } from './kinds/felix-configuration.ts';
import { SPECS } from './kinds/index.ts';
import { faults, raw } from './testing.ts';

it('knows all kinds, and a schema for each modelled one', () => {
  expect(KINDS.size).toBe(26);
  const modelled = [...KINDS.values()].filter((info) => info.modelled).map(({ kind }) => kind);
  expect(modelled).toEqual(Object.keys(SPECS).sort());
});

it('gives no alias to two kinds', () => {
  const spellings = [...KINDS.values()].flatMap(({ kind, plural, aliases }) => [
    kind.toLowerCase(),
    plural,
    ...aliases,
  ]);
  expect(new Set(spellings).size).toBe(spellings.length);
  expect(kindAliases.get('gnp')).toBe('GlobalNetworkPolicy');
  expect(kindAliases.get('wep')).toBe('WorkloadEndpoint');
});

it('has built-in resources that parse to themselves', () => {
  for (const builtin of BUILTINS) {
    const { status: _, ...given } = builtin;
    expect(parseResource(given).value).toEqual(builtin);
  }
});

it('lets nobody change the default profile', () => {
  const metadata = { name: 'projectcalico-default-allow' };
  expect(
    faults(raw('Profile', { ingress: [{ action: 'Deny' }], egress: [{ action: 'Allow' }] }, metadata)),
  ).toEqual(['spec: the profile is a default provided by Calico and cannot be updated']);
});

it('accepts every field of FelixConfiguration, and only those', () => {
  const fields = Object.keys(felixConfigurationSpec.shape);
  expect(fields).toHaveLength(188);
  expect(fields).toEqual(expect.arrayContaining([...UNUSED_FELIX_FIELDS]));
  expect(
    faults(raw('FelixConfiguration', { bpfEnabled: 'yes', interfacePrefx: 'a', chainInsertMode: 'append' })),
  ).toEqual([
    'spec.bpfEnabled: expected true or false, got the string "yes"',
    'spec.interfacePrefx: unknown field "interfacePrefx"',
  ]);
});

it('scopes FelixConfiguration by name or by selector, not both', () => {
  const found = (name: string) => faults(raw('FelixConfiguration', { nodeSelector: 'all()' }, { name }));
  const message =
    "spec.nodeSelector: nodeSelector must not be set on the 'default' or per-node ('node.*') FelixConfiguration";
  expect(found('default')).toEqual([message]);
  expect(found('node.a')).toEqual([message]);
  expect(found('edge')).toEqual([]);
});
