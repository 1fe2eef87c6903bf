// Short hands for the resources of Calico's suite.
import { NODE } from '../cluster.ts';
import type { Resource, Step } from './world.ts';

type Fields = Readonly<Record<string, unknown>>;
export type Rule = Fields;

const calico = (kind: string, metadata: Resource['metadata'], spec: Fields): Resource => ({
  apiVersion: 'projectcalico.org/v3',
  kind,
  metadata,
  spec,
});

export const tier = (name: string, order: number, defaultAction?: 'Pass' | 'Deny'): Resource =>
  calico('Tier', { name }, { order, ...(defaultAction && { defaultAction }) });

/** A GlobalNetworkPolicy; `t.name` stands in tier `t`. */
export const gnp = (name: string, spec: Fields, kind = 'GlobalNetworkPolicy'): Resource =>
  calico(kind, { name }, { ...tierOf(name), ...spec });

/** A NetworkPolicy: `x/name`, or `x/t.name` in tier `t`. */
export function np(key: string, spec: Fields, kind = 'NetworkPolicy'): Resource {
  const [namespace = '', name = ''] = key.split('/');
  return calico(kind, { namespace, name }, { ...tierOf(name), ...spec });
}

const tierOf = (name: string): Fields => (name.includes('.') ? { tier: name.split('.')[0] } : {});

export const profile = (name: string, spec: Fields): Resource => calico('Profile', { name }, spec);
/** Of every host endpoint; `role` is what policies select. */
export const hostEndpoint = (name: string, spec: Fields, labels: Fields = {}): Resource =>
  calico('HostEndpoint', { name, labels: { role: 'host', ...labels } }, { node: NODE, ...spec });
export const felix = (spec: Fields): Resource => calico('FelixConfiguration', { name: 'default' }, spec);

/** `name` (global) or `x/name`; labelled `set: <name>`. */
export function networkSet(key: string, nets: readonly string[]): Resource {
  const [name = '', namespace] = key.split('/').toReversed();
  const labels = { set: name };
  return namespace === undefined
    ? calico('GlobalNetworkSet', { name, labels }, { nets })
    : calico('NetworkSet', { name, namespace, labels }, { nets });
}

const rule =
  (action: string) =>
  (...fields: Fields[]): Rule => ({ action, ...merged(fields) });
export const allow = rule('Allow');
export const deny = rule('Deny');
export const pass = rule('Pass');
export const log = rule('Log');

/** Both ends of a rule may be given in pieces: `allow(tcp(80), from({ nets }))`. */
function merged(fields: readonly Fields[]): Fields {
  return fields.reduce((all, one) => {
    const both = Object.entries(one).map(([key, value]) => {
      const before = all[key];
      return [key, isFields(before) && isFields(value) ? { ...before, ...value } : value];
    });
    return { ...all, ...Object.fromEntries(both) };
  }, {});
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const ported =
  (protocol: string) =>
  (...ports: (number | string)[]): Fields => ({
    protocol,
    ...(ports.length > 0 && { destination: { ports } }),
  });
export const tcp = ported('TCP');
export const udp = ported('UDP');
export const sctp = ported('SCTP');
export const from = (source: Fields): Fields => ({ source });
export const to = (destination: Fields): Fields => ({ destination });

/** Rules for what enters, and for nothing else. */
export const ingress = (...rules: Rule[]): Fields => ({ types: ['Ingress'], ingress: rules });
export const egress = (...rules: Rule[]): Fields => ({ types: ['Egress'], egress: rules });
export const on = (selector: string): Fields => ({ selector });
/** Selects one endpoint by its label `id`. */
export const at = (id: string): Fields => on(`id == '${id}'`);

export const step = (
  what: string,
  apply: readonly Resource[],
  expect: readonly string[],
  remove?: readonly Resource[],
): Step => ({ what, apply, expect, ...(remove && { remove }) });
