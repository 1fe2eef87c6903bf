import { expect, it } from 'vitest';
import { expandLogPrefix } from './log-prefix.ts';

const policy = { kind: 'NetworkPolicy', namespace: 'prod', name: 'web', tier: 'sec' };

it.each([
  ['calico-packet', policy, 'calico-packet'],
  ['%t %k %n %p %x', policy, 'sec np web prod/web %x'],
  ['%k %p', { kind: 'GlobalNetworkPolicy', name: '%n', tier: 'sec' }, 'gnp %n'],
  ['[%t] %k %n', { kind: 'Profile', name: 'kns.a' }, '[] pro kns.a'],
  ['%k', { kind: 'Strange', name: 'a' }, 'unknown'],
])('%s', (template, subject, text) => expect(expandLogPrefix(template, subject)).toBe(text));
