// Endpoints: addresses, nodes, interfaces, and what they contribute to IP sets.
import { allowFrom, endpoint, globalPolicy } from '../resources.ts';
import { state } from './state.ts';

const web = endpoint('a/web', '10.0.0.1', { labels: { app: 'web' } });
const webMoved = endpoint('a/web', '10.0.0.9', { labels: { app: 'web' } });
const webDual = endpoint('a/web', '10.0.0.1 fd00::1', { labels: { app: 'web' } });
const webRelabelled = endpoint('a/web', '10.0.0.1', { labels: { app: 'api' } });
const webRenamed = endpoint('a/web', '10.0.0.1', { labels: { app: 'web' }, interface: 'caliother' });
const webWithout = endpoint('a/web', '', { labels: { app: 'web' } });
const webPrefix = endpoint('a/web', '10.0.0.1/32', { labels: { app: 'web' } });
const twin = endpoint('b/twin', '10.0.0.1', { labels: { app: 'web' } });
const api = endpoint('a/api', '10.0.0.2', { labels: { app: 'api' } });
const remote = endpoint('a/remote', '10.0.1.1', { labels: { app: 'web' }, node: 'n3' });
const other = endpoint('a/other', '10.0.1.2', { labels: { app: 'web' }, node: 'n2' });
const otherHere = endpoint('a/other', '10.0.1.2', { labels: { app: 'web' } });
const unlabelled = endpoint('a/bare', '10.0.0.3');
const fromWeb = globalPolicy('from-web', {
  selector: 'all()',
  ingress: [allowFrom({ selector: "app == 'web'" })],
});
const apiFromWeb = globalPolicy('from-web', {
  selector: "app == 'api'",
  ingress: [allowFrom({ selector: "app == 'web'" })],
});

export const endpoints = {
  one: state(
    'one endpoint',
    [web],
    `
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  moved: state(
    'its address has changed',
    [webMoved],
    `
    endpoint a/web caliweb 10.0.0.9/32
  `,
  ),
  written: state(
    'its address is written with a length',
    [webPrefix],
    `
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  dual: state(
    'it has both families',
    [webDual],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
  `,
  ),
  renamed: state(
    'its interface has changed',
    [webRenamed],
    `
    endpoint a/web caliother 10.0.0.1/32
  `,
  ),
  without: state('it has no addresses', [webWithout, fromWeb], ''),
  two: state(
    'two endpoints and a policy',
    [web, api, fromWeb],
    `
    endpoint a/api caliapi 10.0.0.2/32
      tier default Deny, in from-web
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in from-web
    policy GlobalNetworkPolicy/from-web
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  twoApi: state(
    'the policy selects one of them',
    [web, api, apiFromWeb],
    `
    endpoint a/api caliapi 10.0.0.2/32
      tier default Deny, in from-web
    endpoint a/web caliweb 10.0.0.1/32
    policy GlobalNetworkPolicy/from-web
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  relabelled: state(
    'the other is relabelled',
    [webRelabelled, api, fromWeb],
    `
    endpoint a/api caliapi 10.0.0.2/32
      tier default Deny, in from-web
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in from-web
    policy GlobalNetworkPolicy/from-web
      in allow from [app == "web"]
    set [app == "web"]
  `,
  ),
  shared: state(
    'two endpoints share an address',
    [web, twin, fromWeb],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in from-web
    endpoint b/twin calitwin 10.0.0.1/32
      tier default Deny, in from-web
    policy GlobalNetworkPolicy/from-web
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
  sharedOne: state(
    'one of the two moves away',
    [webMoved, twin, fromWeb],
    `
    endpoint a/web caliweb 10.0.0.9/32
      tier default Deny, in from-web
    endpoint b/twin calitwin 10.0.0.1/32
      tier default Deny, in from-web
    policy GlobalNetworkPolicy/from-web
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32 10.0.0.9/32
  `,
  ),
  remote: state(
    'a remote endpoint is a member',
    [api, remote, apiFromWeb],
    `
    endpoint a/api caliapi 10.0.0.2/32
      tier default Deny, in from-web
    policy GlobalNetworkPolicy/from-web
      in allow from [app == "web"]
    set [app == "web"] 10.0.1.1/32
  `,
  ),
  remoteOnly: state('only remote endpoints', [remote, apiFromWeb], ''),
  otherNode: state(
    'an endpoint of another local node',
    [api, other, fromWeb],
    `
    endpoint a/api caliapi 10.0.0.2/32
      tier default Deny, in from-web
    policy GlobalNetworkPolicy/from-web
      in allow from [app == "web"]
    set [app == "web"] 10.0.1.2/32
  `,
  ),
  otherMoved: state(
    'the same endpoint name on this node',
    [api, otherHere, fromWeb],
    `
    endpoint a/api caliapi 10.0.0.2/32
      tier default Deny, in from-web
    endpoint a/other caliother 10.0.1.2/32
      tier default Deny, in from-web
    policy GlobalNetworkPolicy/from-web
      in allow from [app == "web"]
    set [app == "web"] 10.0.1.2/32
  `,
  ),
  unlabelled: state(
    'an endpoint without labels',
    [unlabelled, web, fromWeb],
    `
    endpoint a/bare calibare 10.0.0.3/32
      tier default Deny, in from-web
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in from-web
    policy GlobalNetworkPolicy/from-web
      in allow from [app == "web"]
    set [app == "web"] 10.0.0.1/32
  `,
  ),
};
