// Kubernetes NetworkPolicy e2e, in our words: what may enter a pod.
import { type Case, NINE } from './cluster.ts';
import {
  ALL,
  among,
  from,
  labelled,
  namespaces,
  notAmong,
  ns,
  pod,
  pods,
  policy,
  port,
  step,
} from './policies.ts';

const one = (name: string, ...steps: Case['steps']): Case => ({
  name,
  tags: ['e2e', 'ingress'],
  cluster: NINE,
  steps,
});
const A = pod('a');

export const INGRESS: readonly Case[] = [
  one(
    'a default-deny-ingress policy closes its namespace',
    step('deny', { apply: [policy('x/deny', { ingress: [] })], expect: ['deny * > x/*'] }),
  ),
  one(
    'a default-deny-all policy closes its namespace both ways',
    step('deny', {
      apply: [policy('x/deny', { ingress: [], egress: [] })],
      expect: ['deny * > x/*', 'deny x/* > *'],
    }),
  ),
  one(
    'pods of the namespace are allowed by their labels',
    step('allow b and c to a', {
      apply: [policy('x/allow', { on: A, ingress: [from([pods(among('pod', 'b', 'c'))])] })],
      expect: ['deny * > x/a', 'allow x/* > x/a'],
    }),
  ),
  one(
    'pods of another namespace need its selector',
    step('a pod selector alone is about its own namespace', {
      apply: [policy('x/allow', { on: A, ingress: [from([pods(pod('b'))])] })],
      expect: ['deny * > x/a', 'allow x/b > x/a'],
    }),
  ),
  one(
    'one target takes all, the others nothing',
    step('deny all, allow a', {
      apply: [policy('x/deny', { ingress: [] }), policy('x/allow', { on: A, ingress: [from([])] })],
      expect: ['deny * > x/*', 'allow * > x/a'],
    }),
  ),
  one(
    'every namespace is allowed by an empty namespace selector',
    step('allow', {
      apply: [
        policy('x/deny', { ingress: [] }),
        policy('x/allow', { on: A, ingress: [from([namespaces(ALL)])] }),
      ],
      expect: ['deny * > x/*', 'allow * > x/a'],
    }),
  ),
  one(
    'only another namespace is allowed',
    step('allow y', {
      apply: [policy('x/allow', { on: A, ingress: [from([namespaces(ns('y'))])] })],
      expect: ['deny * > x/a', 'allow y/* > x/a'],
    }),
  ),
  one(
    'only pods of two other namespaces are allowed, by expression',
    step('namespaces in y, z', {
      apply: [policy('x/allow', { on: A, ingress: [from([namespaces(among('ns', 'y', 'z'))])] })],
      expect: ['deny * > x/a', 'allow y/* > x/a', 'allow z/* > x/a'],
    }),
  ),
  one(
    'pods are allowed by an expression over their labels',
    step('pod in b', {
      apply: [policy('x/allow', { on: A, ingress: [from([pods(among('pod', 'b'))])] })],
      expect: ['deny * > x/a', 'allow x/b > x/a'],
    }),
  ),
  one(
    'namespaces are allowed by NotIn',
    step('namespace not in x', {
      apply: [policy('x/allow', { on: A, ingress: [from([namespaces(notAmong('ns', 'x'))])] })],
      expect: ['deny * > x/a', 'allow y/* > x/a', 'allow z/* > x/a'],
    }),
  ),
  one(
    'two peers are alternatives: pod or namespace',
    step('namespaces other than x, or pod b', {
      apply: [
        policy('x/allow', { on: A, ingress: [from([namespaces(notAmong('ns', 'x')), pods(pod('b'))])] }),
      ],
      expect: ['deny * > x/a', 'allow y/* > x/a', 'allow z/* > x/a', 'allow x/b > x/a'],
    }),
  ),
  one(
    'both selectors of a peer must hold: pod and namespace',
    step('pod b of other namespaces', {
      apply: [policy('x/allow', { on: A, ingress: [from([pods(pod('b'), notAmong('ns', 'x'))])] })],
      expect: ['deny * > x/a', 'allow y/b > x/a', 'allow z/b > x/a'],
    }),
  ),
  one(
    'several pod and namespace selectors in one peer',
    step('pods b and c of y and z', {
      apply: [
        policy('x/allow', { on: A, ingress: [from([pods(among('pod', 'b', 'c'), notAmong('ns', 'x'))])] }),
      ],
      expect: ['deny * > x/a', 'allow y/b > x/a', 'allow y/c > x/a', 'allow z/b > x/a', 'allow z/c > x/a'],
    }),
  ),
  one(
    'any of several pod selectors',
    step('pod b or pod c', {
      apply: [policy('x/allow', { on: A, ingress: [from([pods(pod('b')), pods(pod('c'))])] })],
      expect: ['deny * > x/a', 'allow x/b > x/a', 'allow x/c > x/a'],
    }),
  ),
  one(
    'one pod of one other namespace',
    step('y/a', {
      apply: [policy('x/allow', { on: A, ingress: [from([pods(A, ns('y'))])] })],
      expect: ['deny * > x/a', 'allow y/a > x/a'],
    }),
  ),
  one(
    'one port from one namespace',
    step('port 81 from y', {
      apply: [policy('x/allow', { on: A, ingress: [from([namespaces(ns('y'))], port(81))] })],
      expect: ['deny * > x/a', 'allow y/* > x/a TCP 81'],
    }),
  ),
  one(
    'policies for ports add up',
    step('81 from y', {
      apply: [policy('x/allow-81', { on: A, ingress: [from([namespaces(ns('y'))], port(81))] })],
      expect: ['deny * > x/a', 'allow y/* > x/a TCP 81'],
    }),
    step('and 80 from y', {
      apply: [policy('x/allow-80', { on: A, ingress: [from([namespaces(ns('y'))], port(80))] })],
      expect: ['deny * > x/a', 'allow y/* > x/a TCP'],
    }),
  ),
  one(
    'overlapping policies add up',
    step('81 from y, 80 from everybody', {
      apply: [
        policy('x/some', { on: A, ingress: [from([namespaces(ns('y'))], port(81))] }),
        policy('x/all', { ingress: [from([namespaces(ALL)], port(80))] }),
      ],
      expect: ['deny * > x/*', 'allow * > x/* TCP 80', 'allow y/* > x/a TCP 81'],
    }),
  ),
  one(
    'an allow-all policy opens what another isolates',
    step('isolate', { apply: [policy('x/deny', { ingress: [] })], expect: ['deny * > x/*'] }),
    step('open', { apply: [policy('x/allow-all', { ingress: [from([])] })], expect: [] }),
  ),
  one(
    'a named port',
    step('serve-80-tcp from everybody', {
      apply: [policy('x/allow', { on: A, ingress: [from([], port('serve-80-tcp'))] })],
      expect: ['deny * > x/a', 'allow * > x/a TCP 80'],
    }),
  ),
  one(
    'a named port from one namespace',
    step('serve-80-tcp from y', {
      apply: [policy('x/allow', { on: A, ingress: [from([namespaces(ns('y'))], port('serve-80-tcp'))] })],
      expect: ['deny * > x/a', 'allow y/* > x/a TCP 80'],
    }),
  ),
  one(
    'the namespace of the policy is chosen by the name label of namespaces',
    step('kubernetes.io/metadata.name of y', {
      apply: [
        policy('x/allow', {
          ingress: [from([namespaces(labelled({ 'kubernetes.io/metadata.name': 'y' }))])],
        }),
      ],
      expect: ['deny * > x/*', 'allow y/* > x/*'],
    }),
  ),
  one(
    'everything from other namespaces is denied',
    step('own pods only', {
      apply: [policy('x/own', { ingress: [from([pods(ALL)])] })],
      expect: ['deny y/* > x/*', 'deny z/* > x/*'],
    }),
  ),
];
