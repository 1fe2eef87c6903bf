// IP pools and what is masqueraded; prefixes that a workload may spoof.
import { endpoint, resource } from '../resources.ts';
import { state } from './state.ts';

const web = endpoint('a/web', '10.0.0.1');
const pool = (name: string, cidr: string, spec: Record<string, unknown> = {}) =>
  resource('IPPool', name, { cidr, ...spec });
const felix = (name: string, spec: Record<string, unknown>) => resource('FelixConfiguration', name, spec);
const out = { natOutgoing: true };
const pods = pool('pods', '10.0.0.0/16', out);
const services = pool('lb', '192.0.2.0/24', { ...out, allowedUses: ['LoadBalancer'] });
const spoofing = resource('WorkloadEndpoint', 'a/n1-k8s-web-eth0', {
  node: 'n1',
  orchestrator: 'k8s',
  pod: 'web',
  endpoint: 'eth0',
  interfaceName: 'caliweb',
  ipNetworks: ['10.0.0.1'],
  allowSpoofedSourcePrefixes: ['10.9.9.9/8', 'FD00::/8', '10.0.0.0/8'],
});

export const pools = {
  none: state(
    'no pool asks for it',
    [web, pool('pods', '10.0.0.0/16')],
    `
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  one: state(
    'one pool',
    [web, pods],
    `
    endpoint a/web caliweb 10.0.0.1/32
    masquerade 10.0.0.0/16 except 10.0.0.0/16
  `,
  ),
  several: state(
    'pools of both families, disabled ones too; what a load balancer has is no exception',
    [
      web,
      pods,
      pool('more', '10.1.0.0/16', { disabled: true }),
      pool('gone', '10.2.0.0/16', { ...out, disabled: true }),
      pool('six', 'FD00:0::/64', out),
      services,
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32
    masquerade 10.0.0.0/16 10.2.0.0/16 192.0.2.0/24 fd00::/64 except 10.0.0.0/16 10.1.0.0/16 10.2.0.0/16 fd00::/64
  `,
  ),
  overlapping: state(
    'one pool lies in another',
    [web, pods, pool('inner', '10.0.1.0/24'), pool('same', '10.0.1.0/24')],
    `
    endpoint a/web caliweb 10.0.0.1/32
    masquerade 10.0.0.0/16 except 10.0.0.0/16
  `,
  ),
  hosts: state(
    'hosts are excepted on one node: BGP address first, then internal, then external',
    [
      web,
      pods,
      felix('node.n1', { natOutgoingExclusions: 'IPPoolsAndHostIPs', externalNodesList: ['203.0.113.0/24'] }),
      resource('Node', 'n1', {
        bgp: { ipv4Address: '192.0.2.1/24' },
        addresses: [
          { address: '192.0.2.9', type: 'InternalIP' },
          { address: '2001:db8::1', type: 'ExternalIP' },
        ],
      }),
      resource('Node', 'n2', { addresses: [{ address: '192.0.2.2', type: 'InternalIP' }] }),
      resource('Node', 'n3', {}),
    ],
    `
    config masquerade {"exceptHosts":["203.0.113.0/24"]}
    endpoint a/web caliweb 10.0.0.1/32
    masquerade 10.0.0.0/16 except 10.0.0.0/16 192.0.2.1/32 192.0.2.2/32 203.0.113.0/24 2001:db8::1/128
  `,
  ),
  fields: state(
    'fields of the configuration',
    [
      web,
      felix('default', {
        natPortRange: '1000:2000',
        natOutgoingAddress: '192.0.2.7',
        iptablesNATOutgoingInterfaceFilter: 'eth+',
        iptablesMangleAllowAction: 'return',
        workloadSourceSpoofing: 'any',
      }),
    ],
    `
    config iptables {"denyAction":"drop","acceptAction":"accept","mangleAcceptAction":"return","markMask":4294901760}
    config allowSpoofing true
    config masquerade {"outInterface":"eth+","ports":{"first":1000,"last":2000},"address":"192.0.2.7"}
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  anyInterface: state(
    'a filter that filters nothing, a single port',
    [web, felix('default', { natPortRange: 1000, iptablesNATOutgoingInterfaceFilter: '+' })],
    `
    config masquerade {"ports":{"first":1000,"last":1000}}
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  spoofable: state(
    'a workload that may spoof',
    [spoofing],
    `
    endpoint a/web caliweb 10.0.0.1/32 spoofable 10.0.0.0/8 fd00::/8
  `,
  ),
};
