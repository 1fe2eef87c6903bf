// IP sets: network sets and named ports.
import { allowFrom, allowTo, endpoint, globalPolicy, networkSet, profile } from '../resources.ts';
import { state } from './state.ts';

const web = endpoint('a/web', '10.0.0.1', { labels: { app: 'web' } });
const fromBad = globalPolicy('p', { ingress: [allowFrom({ selector: "list == 'bad'" })] });
const http = { name: 'http', protocol: 'TCP', port: 8080 };
const dns = { name: 'dns', protocol: 'UDP', port: 5353 };
const sctp = { name: 'http', protocol: 'SCTP', port: 9000 };
const ported = (ports: readonly { name: string; protocol: string | number; port: number }[], more = {}) =>
  endpoint('a/web', '10.0.0.1 fd00::1', { labels: { app: 'web' }, ports, ...more });
const toPorts = (destination: Record<string, unknown>, protocol?: string) =>
  globalPolicy('p', {
    types: ['Egress'],
    egress: [allowTo(destination, protocol === undefined ? {} : { protocol })],
  });
const inherits = ported([http], { profiles: ['one'] });

export const sets = {
  nets: state(
    'a network set',
    [web, fromBad, networkSet('bad', '10.9.0.0/16 10.8.0.1 fd01::/64', { list: 'bad' })],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [list == "bad"]
    set [list == "bad"] 10.8.0.1/32 10.9.0.0/16 fd01::/64
  `,
  ),
  netsTwo: state(
    'two network sets with a network in common',
    [
      web,
      fromBad,
      networkSet('bad', '10.9.0.0/16 10.8.0.1', { list: 'bad' }),
      networkSet('worse', '10.9.0.0/16', { list: 'bad' }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [list == "bad"]
    set [list == "bad"] 10.8.0.1/32 10.9.0.0/16
  `,
  ),
  netsNested: state(
    'nested networks',
    [web, fromBad, networkSet('bad', '10.0.0.0/8 10.9.0.0/16 10.9.9.0/24', { list: 'bad' })],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [list == "bad"]
    set [list == "bad"] 10.0.0.0/8 10.9.0.0/16 10.9.9.0/24
  `,
  ),
  netsNestedLess: state(
    'the middle one removed',
    [web, fromBad, networkSet('bad', '10.0.0.0/8 10.9.9.0/24', { list: 'bad' })],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [list == "bad"]
    set [list == "bad"] 10.0.0.0/8 10.9.9.0/24
  `,
  ),
  netsAll: state(
    'everything is a network too',
    [web, fromBad, networkSet('bad', '0.0.0.0/0 ::/0', { list: 'bad' })],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [list == "bad"]
    set [list == "bad"] 0.0.0.0/0 ::/0
  `,
  ),
  netsRelabelled: state(
    'the set is relabelled',
    [web, fromBad, networkSet('bad', '10.9.0.0/16', { list: 'good' })],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [list == "bad"]
    set [list == "bad"]
  `,
  ),
  netsAndEndpoint: state(
    'an endpoint inside a network of the set',
    [
      endpoint('a/web', '10.0.0.1', { labels: { list: 'bad' } }),
      fromBad,
      networkSet('bad', '10.0.0.0/24', { list: 'bad' }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32
      tier default Deny, in p
    policy GlobalNetworkPolicy/p
      in allow from [list == "bad"]
    set [list == "bad"] 10.0.0.0/24 10.0.0.1/32
  `,
  ),
  portTcp: state(
    'a named port of TCP',
    [ported([http, dns]), toPorts({ ports: ['http'] }, 'TCP')],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[all() tcp http]
    set [all() tcp http] 10.0.0.1,tcp:8080 fd00::1,tcp:8080
  `,
  ),
  portUdp: state(
    'a named port of UDP',
    [ported([http, dns]), toPorts({ ports: ['dns'] }, 'UDP')],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 17 to :[all() udp dns]
    set [all() udp dns] 10.0.0.1,udp:5353 fd00::1,udp:5353
  `,
  ),
  portWrong: state(
    'a named port of the wrong protocol',
    [ported([http, dns]), toPorts({ ports: ['dns'] }, 'TCP')],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[all() tcp dns]
    set [all() tcp dns]
  `,
  ),
  portAny: state(
    'a named port of any protocol',
    [ported([http, sctp]), toPorts({ ports: ['http'] })],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow to :[all() any http]
    set [all() any http] 10.0.0.1,tcp:8080 10.0.0.1,sctp:9000 fd00::1,tcp:8080 fd00::1,sctp:9000
  `,
  ),
  portNumber: state(
    'a port whose protocol is a number',
    [
      ported([
        { ...http, protocol: 6 },
        { ...http, port: 81 },
      ]),
      toPorts({ ports: ['http'] }),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow to :[all() any http]
    set [all() any http] 10.0.0.1,tcp:81 fd00::1,tcp:81
  `,
  ),
  portNumberTcp: state(
    'a port whose protocol is a number, asked for by name',
    [ported([{ ...http, protocol: 6 }]), toPorts({ ports: ['http'] }, 'TCP')],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[all() tcp http]
    set [all() tcp http] 10.0.0.1,tcp:8080 fd00::1,tcp:8080
  `,
  ),
  portSelector: state(
    'a named port and a selector',
    [ported([http]), toPorts({ ports: ['http'], selector: "app == 'web'" }, 'TCP')],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[app == "web" tcp http]
    set [app == "web" tcp http] 10.0.0.1,tcp:8080 fd00::1,tcp:8080
  `,
  ),
  portMixed: state(
    'named and numeric ports',
    [ported([http]), toPorts({ ports: ['http', 443], selector: "app == 'web'" }, 'TCP')],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to [app == "web"] :443 :[app == "web" tcp http]
    set [app == "web" tcp http] 10.0.0.1,tcp:8080 fd00::1,tcp:8080
    set [app == "web"] 10.0.0.1/32 fd00::1/128
  `,
  ),
  portNegated: state(
    'a negated named port',
    [
      ported([http]),
      toPorts({ notPorts: ['http', 22], selector: "app == 'web'", notSelector: 'has(x)' }, 'TCP'),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to [(app == "web" && !has(x))] !:22 !:[(app == "web" && !has(x)) tcp http]
    set [(app == "web" && !has(x)) tcp http] 10.0.0.1,tcp:8080 fd00::1,tcp:8080
    set [(app == "web" && !has(x))] 10.0.0.1/32 fd00::1/128
  `,
  ),
  portTwice: state(
    'one name, two ports',
    [ported([http, { ...http, port: 8081 }]), toPorts({ ports: ['http'] }, 'TCP')],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[all() tcp http]
    set [all() tcp http] 10.0.0.1,tcp:8080 10.0.0.1,tcp:8081 fd00::1,tcp:8080 fd00::1,tcp:8081
  `,
  ),
  portNone: state(
    'the ports are gone',
    [ported([]), toPorts({ ports: ['http'] }, 'TCP')],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[all() tcp http]
    set [all() tcp http]
  `,
  ),
  portShared: state(
    'two endpoints give the same member',
    [ported([http]), endpoint('b/twin', '10.0.0.1', { ports: [http] }), toPorts({ ports: ['http'] }, 'TCP')],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128
      tier default Deny, out p
    endpoint b/twin calitwin 10.0.0.1/32
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[all() tcp http]
    set [all() tcp http] 10.0.0.1,tcp:8080 fd00::1,tcp:8080
  `,
  ),
  portInherited: state(
    'matched through an inherited label',
    [
      inherits,
      profile('one', { colour: 'red' }),
      toPorts({ ports: ['http'], selector: "colour == 'red'" }, 'TCP'),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128 profiles one
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[colour == "red" tcp http]
    profile one
    set [colour == "red" tcp http] 10.0.0.1,tcp:8080 fd00::1,tcp:8080
  `,
  ),
  portInheritedLost: state(
    'the profile is gone',
    [inherits, toPorts({ ports: ['http'], selector: "colour == 'red'" }, 'TCP')],
    `
    endpoint a/web caliweb 10.0.0.1/32 fd00::1/128 profiles one
      tier default Deny, out p
    policy GlobalNetworkPolicy/p
      out allow proto 6 to :[colour == "red" tcp http]
    profile one missing
      in deny
      out deny
    set [colour == "red" tcp http]
  `,
  ),
};
