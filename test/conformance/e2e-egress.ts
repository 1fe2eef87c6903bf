// Kubernetes NetworkPolicy e2e, in our words: what may leave a pod, both directions together, address blocks.
import { addressOf, type Case, NINE } from './cluster.ts';
import {
  ALL,
  among,
  block,
  from,
  labelled,
  namespaces,
  ns,
  pod,
  pods,
  policy,
  port,
  step,
  to,
} from './policies.ts';

const one = (name: string, ...steps: Case['steps']): Case => ({
  name,
  tags: ['e2e', 'egress'],
  cluster: NINE,
  steps,
});
const A = pod('a');
const B = pod('b');
const NETS = { 4: '10.65.0.0/16', 6: 'fd65::/64' } as const;
const blockOf = (key: string) => [block(`${addressOf(key, 4)}/32`), block(`${addressOf(key, 6)}/128`)];
const all = (...except: string[]) => [
  block(NETS[4], ...except.map((key) => `${addressOf(key, 4)}/32`)),
  block(NETS[6], ...except.map((key) => `${addressOf(key, 6)}/128`)),
];

export const EGRESS: readonly Case[] = [
  one(
    'a named port on the way out',
    step('serve-80-tcp', {
      apply: [policy('x/allow', { on: A, egress: [to([], port('serve-80-tcp'))] })],
      expect: ['deny x/a > *', 'allow x/a > pods TCP 80'],
    }),
  ),
  one(
    'egress of chosen pods is denied',
    step('no egress of a', { apply: [policy('x/deny', { on: A, egress: [] })], expect: ['deny x/a > *'] }),
  ),
  one(
    'egress of a namespace is denied',
    step('no egress', { apply: [policy('x/deny', { egress: [] })], expect: ['deny x/* > *'] }),
  ),
  one(
    'one pod may be reached, the others not',
    step('to y/a', {
      apply: [policy('x/allow', { on: A, egress: [to([pods(A, ns('y'))])] })],
      expect: ['deny x/a > *', 'allow x/a > y/a'],
    }),
  ),
  one(
    'ingress and egress together',
    step('b may talk to a, and a to all ports 80 of y', {
      apply: [
        policy('x/both', {
          on: A,
          ingress: [from([pods(B)])],
          egress: [to([namespaces(ns('y'))], port(80))],
        }),
      ],
      expect: ['deny * > x/a', 'deny x/a > *', 'allow x/b > x/a', 'allow x/a > y/* TCP 80'],
    }),
  ),
  one(
    'denied at the client although the server allows',
    step('y/a takes x/a, x/a may not', {
      apply: [policy('y/allow', { on: A, ingress: [from([pods(A, ns('x'))])] })],
      expect: ['deny * > y/a', 'allow x/a > y/a'],
    }),
    step('the client is closed', {
      apply: [policy('x/deny', { on: A, egress: [] })],
      expect: ['deny * > y/a', 'deny x/a > *'],
    }),
    step('and opened to another namespace only', {
      apply: [policy('x/deny', { on: A, egress: [to([namespaces(ns('z'))])] })],
      expect: ['deny * > y/a', 'deny x/a > *', 'allow x/a > z/*'],
    }),
  ),
  one(
    'ingress and egress of two policies are independent',
    step('egress closed', {
      apply: [policy('x/no-egress', { on: A, egress: [] })],
      expect: ['deny x/a > *'],
    }),
    step('ingress open', {
      apply: [policy('x/ingress', { on: A, ingress: [from([])] })],
      expect: ['deny x/a > *'],
    }),
  ),
  one(
    'an egress policy of one namespace alone leaves its ingress open',
    step('to y', {
      apply: [policy('x/allow', { egress: [to([namespaces(ns('y'))])] })],
      expect: ['deny x/* > *', 'allow x/* > y/*'],
    }),
  ),
  one(
    'an address block',
    step('the address of y/b', {
      apply: [policy('x/allow', { on: A, egress: [to(blockOf('y/b'))] })],
      expect: ['deny x/a > *', 'allow x/a > y/b'],
    }),
  ),
  one(
    'an address block with exceptions',
    step('all but y/b', {
      apply: [policy('x/allow', { on: A, egress: [to(all('y/b'))] })],
      expect: ['deny x/a > *', 'allow x/a > pods', 'deny x/a > y/b'],
    }),
  ),
  one(
    'what one policy excepts another allows',
    step('all but y/b', {
      apply: [policy('x/except', { on: A, egress: [to(all('y/b'))] })],
      expect: ['deny x/a > *', 'allow x/a > pods', 'deny x/a > y/b'],
    }),
    step('y/b as well', {
      apply: [policy('x/allow', { on: A, egress: [to(blockOf('y/b'))] })],
      expect: ['deny x/a > *', 'allow x/a > pods'],
    }),
  ),
  one(
    'an address block on the way in',
    step('from the address of y/b', {
      apply: [policy('x/allow', { on: A, ingress: [from(blockOf('y/b'))] })],
      expect: ['deny * > x/a', 'allow y/b > x/a'],
    }),
    step('from all but y/b', {
      apply: [policy('x/allow', { on: A, ingress: [from(all('y/b'))] })],
      expect: ['deny y/b > x/a'],
    }),
  ),
  one(
    'the internet, and not the cluster',
    step('0.0.0.0/0 but the pods', {
      apply: [
        policy('x/allow', { on: A, egress: [to([block('0.0.0.0/0', NETS[4]), block('::/0', NETS[6])])] }),
      ],
      expect: ['deny x/a > *', 'allow x/a > internet', 'allow x/a > node2', 'allow x/a > node3'],
    }),
  ),
  one(
    'types that are not given: egress rules isolate both ways',
    step('as the API server fills them in', {
      apply: [
        {
          kind: 'NetworkPolicy',
          metadata: { namespace: 'x', name: 'p' },
          spec: { podSelector: A, egress: [to([pods(B)])] },
        },
      ],
      expect: ['deny * > x/a', 'deny x/a > *', 'allow x/a > x/b'],
    }),
  ),
  one(
    'types that are not given: without egress rules egress stays open',
    step('as the API server fills them in', {
      apply: [
        {
          kind: 'NetworkPolicy',
          metadata: { namespace: 'x', name: 'p' },
          spec: { podSelector: A, ingress: [from([pods(B)])] },
        },
      ],
      expect: ['deny * > x/a', 'allow x/b > x/a'],
    }),
  ),
  one(
    'pods of several namespaces on the way out, by expression',
    step('a of y and z', {
      apply: [policy('x/allow', { egress: [to([pods(A, among('ns', 'y', 'z'))])] })],
      expect: ['deny x/* > *', 'allow x/* > y/a', 'allow x/* > z/a'],
    }),
  ),
  one(
    'labels that nobody has select nobody',
    step('to app=none', {
      apply: [policy('x/allow', { on: A, egress: [to([pods(labelled({ app: 'none' }), ALL)])] })],
      expect: ['deny x/a > *'],
    }),
  ),
];
