// Profiles: rules, labels handed down, and profiles that do not exist.
import { allowFrom, endpoint, globalPolicy, namespaceProfile, networkSet, profile } from '../resources.ts';
import { state } from './state.ts';

const web = endpoint('a/web', '10.0.0.1', { labels: { app: 'web' }, profiles: ['one', 'two'] });
const swapped = endpoint('a/web', '10.0.0.1', { labels: { app: 'web' }, profiles: ['two', 'one'] });
const own = endpoint('a/web', '10.0.0.1', {
  labels: { app: 'web', colour: 'own' },
  profiles: ['one', 'two'],
});
const twice = endpoint('a/web', '10.0.0.1', { labels: { app: 'web' }, profiles: ['one', 'two', 'one'] });
const claims = endpoint('a/web', '10.0.0.1', { labels: { 'pcns.env': 'prod', 'pcsa.team': 'ci' } });
const remote = endpoint('a/far', '10.0.1.1', { profiles: ['one'], node: 'n3' });
const one = profile('one', { colour: 'red' }, { ingress: [allowFrom({ selector: "colour == 'red'" })] });
const oneGreen = profile(
  'one',
  { colour: 'green' },
  { ingress: [allowFrom({ selector: "colour == 'red'" })] },
);
const oneRules = profile('one', { colour: 'red' }, { egress: [{ action: 'Allow' }] });
const two = profile('two', { colour: 'blue', shape: 'round' }, { ingress: [{ action: 'Pass' }] });
const forRed = globalPolicy('red', { selector: "colour == 'red'" });
const forBlue = globalPolicy('blue', { selector: "colour == 'blue'" });
const forProd = globalPolicy('prod', { selector: 'has(pcns.env) || has(pcsa.team)' });
const all = [forRed, forBlue];

export const profiles = {
  both: state(
    'two profiles',
    [web, one, two, ...all],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles one two
      tier default Deny, in red
    policy GlobalNetworkPolicy/red
    profile one
      in allow from [colour == "red"]
    profile two
      in pass
    set [colour == "red"] 10.0.0.1/32
  `,
  ),
  swapped: state(
    'in the other order',
    [swapped, one, two, ...all],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles two one
      tier default Deny, in blue
    policy GlobalNetworkPolicy/blue
    profile one
      in allow from [colour == "red"]
    profile two
      in pass
    set [colour == "red"]
  `,
  ),
  own: state(
    'an own label hides inherited ones',
    [own, one, two, ...all],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles one two
    profile one
      in allow from [colour == "red"]
    profile two
      in pass
    set [colour == "red"]
  `,
  ),
  green: state(
    'the label handed down changes',
    [web, oneGreen, two, ...all],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles one two
    profile one
      in allow from [colour == "red"]
    profile two
      in pass
    set [colour == "red"]
  `,
  ),
  rules: state(
    'the rules change',
    [web, oneRules, two, ...all],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles one two
      tier default Deny, in red
    policy GlobalNetworkPolicy/red
    profile one
      out allow
    profile two
      in pass
  `,
  ),
  missing: state(
    'one does not exist',
    [web, two, ...all],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles one two
      tier default Deny, in blue
    policy GlobalNetworkPolicy/blue
    profile one missing
      in deny
      out deny
    profile two
      in pass
  `,
  ),
  missingBoth: state(
    'none exists',
    [web, ...all],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles one two
    profile one missing
      in deny
      out deny
    profile two missing
      in deny
      out deny
  `,
  ),
  twice: state(
    'one is listed twice',
    [twice, one, two],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles one two
    profile one
      in allow from [colour == "red"]
    profile two
      in pass
    set [colour == "red"] 10.0.0.1/32
  `,
  ),
  builtin: state(
    'the built-in profile',
    [endpoint('a/web', '10.0.0.1', { profiles: ['projectcalico-default-allow'] })],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles projectcalico-default-allow
    profile projectcalico-default-allow
      in allow
      out allow
  `,
  ),
  unused: state('nobody lists them', [one, two, ...all], ''),
  remote: state(
    'a remote endpoint inherits',
    [web, remote, one, two],
    `
    endpoint a/web caliweb 10.0.0.1/32 profiles one two
    profile one
      in allow from [colour == "red"]
    profile two
      in pass
    set [colour == "red"] 10.0.0.1/32 10.0.1.1/32
  `,
  ),
  claims: state(
    'an endpoint cannot claim labels of a namespace',
    [claims, forProd],
    `
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  setInherits: state(
    'a network set inherits from its namespace',
    [
      endpoint('a/web', '10.0.0.1', { labels: { app: 'web' } }),
      namespaceProfile('b', { env: 'dev' }),
      networkSet('b/nets', '10.5.0.0/16', { kind: 'office' }),
      networkSet('nets', '10.6.0.0/16', { kind: 'office' }),
      globalPolicy('p', {
        ingress: [
          allowFrom({ namespaceSelector: "env == 'dev'" }),
          allowFrom({ selector: "kind == 'office'" }),
        ],
      }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [pcns.env == "dev"]
      in allow from [kind == "office"]
    set [kind == "office"] 10.5.0.0/16 10.6.0.0/16
    set [pcns.env == "dev"] 10.5.0.0/16
  `,
  ),
};
