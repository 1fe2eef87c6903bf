// Kubernetes NetworkPolicy e2e, in our words: policies and labels that change, and protocols kept apart.
import { type Case, NINE, type ProtocolName } from './cluster.ts';
import { ALL, every, from, labelled, namespaces, ns, pod, pods, policy, port, step, to } from './policies.ts';

const one = (name: string, ...steps: Case['steps']): Case => ({
  name,
  tags: ['e2e', 'changes'],
  cluster: NINE,
  steps,
});
const A = pod('a');

const CHANGES: readonly Case[] = [
  one(
    'a policy is updated',
    step('everything', { apply: [policy('x/p', { ingress: [from([])] })], expect: [] }),
    step('port 81 alone', {
      apply: [policy('x/p', { ingress: [from([], port(81))] })],
      expect: ['deny * > x/*', 'allow * > x/* TCP 81'],
    }),
  ),
  one(
    'labels of a namespace change',
    step('nobody is called y2', {
      apply: [policy('x/p', { on: A, ingress: [from([namespaces(ns('y2'))])] })],
      expect: ['deny * > x/a'],
    }),
    step('y is', { label: { y: { ns: 'y2' } }, expect: ['deny * > x/a', 'allow y/* > x/a'] }),
    step('and no longer', { label: { y: { ns: 'y' } }, expect: ['deny * > x/a'] }),
  ),
  one(
    'labels of a pod change: it is allowed',
    step('nobody is labelled', {
      apply: [policy('x/p', { on: A, ingress: [from([pods(labelled({ app: 'client' }))])] })],
      expect: ['deny * > x/a'],
    }),
    step('b is', {
      label: { 'x/b': { pod: 'b', app: 'client' } },
      expect: ['deny * > x/a', 'allow x/b > x/a'],
    }),
  ),
  one(
    'labels of a pod change: it is no longer selected',
    step('a takes nothing', { apply: [policy('x/p', { on: A, ingress: [] })], expect: ['deny * > x/a'] }),
    step('a is b', { label: { 'x/a': { pod: 'b' } }, expect: [] }),
    step('a is a', { label: { 'x/a': { pod: 'a' } }, expect: ['deny * > x/a'] }),
  ),
  one(
    'labels of a pod change: it is selected, and denied',
    step('target=isolated takes nothing', {
      apply: [policy('x/p', { on: labelled({ target: 'isolated' }), ingress: [] })],
      expect: [],
    }),
    step('a is isolated', { label: { 'x/a': { pod: 'a', target: 'isolated' } }, expect: ['deny * > x/a'] }),
  ),
  one(
    'a policy is deleted: nothing is enforced any more',
    step('isolated', {
      apply: [policy('x/p', { ingress: [], egress: [] })],
      expect: ['deny * > x/*', 'deny x/* > *'],
    }),
    step('deleted', { remove: ['x/p'], expect: [] }),
  ),
  one(
    'of two policies one is deleted',
    step('both', {
      apply: [
        policy('x/deny', { ingress: [] }),
        policy('x/allow', { ingress: [from([namespaces(ns('y'))])] }),
      ],
      expect: ['deny * > x/*', 'allow y/* > x/*'],
    }),
    step('the one that allows is gone', { remove: ['x/allow'], expect: ['deny * > x/*'] }),
  ),
  one(
    'every port of one protocol',
    step('all of TCP', {
      apply: [policy('x/p', { on: A, ingress: [from([], every('TCP'))] })],
      expect: ['deny * > x/a', 'allow * > x/a TCP'],
    }),
  ),
  one(
    'a range of ports',
    step('80 to 81 out', {
      apply: [policy('x/p', { on: A, egress: [to([], port(80, 'TCP', 81))] })],
      expect: ['deny x/a > *', 'allow x/a > * TCP'],
    }),
    step('81 to 90 out', {
      apply: [policy('x/p', { on: A, egress: [to([], port(81, 'TCP', 90))] })],
      expect: ['deny x/a > *', 'allow x/a > * TCP 81'],
    }),
  ),
  one(
    'a protocol that is not given is TCP',
    step('port 80', {
      apply: [policy('x/p', { on: A, ingress: [{ ports: [{ port: 80 }] }] })],
      expect: ['deny * > x/a', 'allow * > x/a TCP 80'],
    }),
  ),
  one(
    'a policy for SCTP does not touch pods that it does not select',
    step('SCTP 80 to a', {
      apply: [policy('x/p', { on: A, ingress: [from([], port(80, 'SCTP'))] })],
      expect: ['deny * > x/a', 'allow * > x/a SCTP 80'],
    }),
  ),
];

/** The behaviours that the suite repeats for UDP and SCTP: a policy for one protocol says nothing of the others. */
const repeated = (protocol: ProtocolName): Case[] => [
  one(
    `${protocol}: a policy for one port opens no other protocol`,
    step('port 81 from x', {
      apply: [policy('x/p', { on: A, ingress: [from([namespaces(ns('x'))], port(81, protocol))] })],
      expect: ['deny * > x/a', `allow x/* > x/a ${protocol} 81`],
    }),
  ),
  one(
    `${protocol}: default deny, then one port by labels`,
    step('deny', { apply: [policy('x/deny', { ingress: [] })], expect: ['deny * > x/*'] }),
    step('port 80 of a', {
      apply: [policy('x/allow', { on: A, ingress: [from([pods(ALL, ALL)], port(80, protocol))] })],
      expect: ['deny * > x/*', `allow * > x/a ${protocol} 80`],
    }),
    step('by its name', {
      apply: [
        policy('x/allow', {
          on: A,
          ingress: [from([], port(`serve-80-${protocol.toLowerCase()}`, protocol))],
        }),
      ],
      expect: ['deny * > x/*', `allow * > x/a ${protocol} 80`],
    }),
    step('by a name of another protocol', {
      apply: [
        policy('x/allow', {
          on: A,
          ingress: [from([], port(`serve-80-${protocol === 'TCP' ? 'udp' : 'tcp'}`, protocol))],
        }),
      ],
      expect: ['deny * > x/*'],
    }),
  ),
  one(
    `${protocol}: egress to one port`,
    step('port 81 of y', {
      apply: [policy('x/p', { on: A, egress: [to([namespaces(ns('y'))], port(81, protocol))] })],
      expect: ['deny x/a > *', `allow x/a > y/* ${protocol} 81`],
    }),
  ),
];

export const CHANGES_AND_PROTOCOLS: readonly Case[] = [
  ...CHANGES,
  ...(['TCP', 'UDP', 'SCTP'] as const).flatMap(repeated),
];
