// FelixConfiguration and Node: what a node is told about itself.
import { endpoint, resource } from '../resources.ts';
import { state } from './state.ts';

const web = endpoint('a/web', '10.0.0.1');
const felix = (name: string, spec: Record<string, unknown>, created?: string) =>
  resource('FelixConfiguration', name, spec, created === undefined ? {} : { creationTimestamp: created });
const standard = felix('default', { defaultEndpointToHostAction: 'Accept', logPrefix: 'all', vxlanPort: 1 });
const forNode = felix('node.n1', { logPrefix: 'mine', iptablesFilterDenyAction: 'reject' });
const forOther = felix('node.n2', { logPrefix: 'other' });
const rack = (name: string, text: string, created: string) =>
  felix(name, { nodeSelector: "rack == 'r1'", logPrefix: text, disableConntrackInvalidCheck: true }, created);
const node = resource('Node', 'n1', {}, { labels: { rack: 'r1' } });
const nodeElsewhere = resource('Node', 'n1', {}, { labels: { rack: 'r2' } });

const annotated = (name: string, value: string) =>
  resource('FelixConfiguration', name, name === 'rack' ? { nodeSelector: 'all()' } : {}, {
    annotations: { 'tortie.dev/hostNeighbourDiscovery': value },
  });

export const config = {
  standard: state(
    'the default object',
    [web, standard],
    `
    config endpointToHostAction "accept"
    config logPrefix "all"
    config vxlanPort 1
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  node: state(
    'an object for the node',
    [web, standard, forNode, forOther],
    `
    config endpointToHostAction "accept"
    config iptables {"denyAction":"reject","acceptAction":"accept","mangleAcceptAction":"accept","markMask":4294901760}
    config logPrefix "mine"
    config vxlanPort 1
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  failsafes: state(
    'failsafe ports: a list, and none at all',
    [
      web,
      felix('default', {
        failsafeInboundHostPorts: [
          { protocol: 'tcp', port: 22, net: '10.1.2.3/8' },
          { protocol: 'UDP', port: 0 },
          { protocol: 'Sctp', port: 9, net: 'FD00::1/64' },
        ],
        failsafeOutboundHostPorts: [{ protocol: 'tcp', port: 1 }],
        chainInsertMode: 'append',
      }),
      felix('node.n1', { failsafeOutboundHostPorts: [] }),
    ],
    `
    config failsafeInbound [{"protocol":6,"port":22,"net":"10.0.0.0/8"},{"protocol":17,"port":0},{"protocol":132,"port":9,"net":"fd00::/64"}]
    config failsafeOutbound []
    config chainInsertMode "append"
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  noDiscovery: state(
    'neighbour discovery of hosts is off',
    [web, annotated('default', 'Disabled')],
    `
    config hostNeighbourDiscovery false
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  discoveryAgain: state(
    'and on again for one node; what is neither counts for nothing',
    [
      web,
      annotated('default', 'disabled'),
      node,
      annotated('rack', 'perhaps'),
      annotated('node.n1', 'enabled'),
    ],
    `
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  scoped: state(
    'an object for a rack',
    [web, standard, node, rack('rack', 'rack', '2026-01-02T00:00:00Z')],
    `
    config endpointToHostAction "accept"
    config logPrefix "rack"
    config dropInvalid false
    config vxlanPort 1
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  scopedAway: state(
    'the node is in another rack',
    [web, standard, nodeElsewhere, rack('rack', 'rack', '2026-01-02T00:00:00Z')],
    `
    config endpointToHostAction "accept"
    config logPrefix "all"
    config vxlanPort 1
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
  scopedTwo: state(
    'the oldest of two wins, the node above it',
    [
      web,
      node,
      rack('a-new', 'new', '2026-01-02T00:00:00Z'),
      rack('b-old', 'old', '2026-01-01T23:00:00-03:00'),
      rack('c-old', 'older', '2026-01-01T00:00:00Z'),
      felix('node.n1', { interfacePrefix: 'cali,tap', nftablesMarkMask: 255 }),
    ],
    `
    config interfacePrefixes ["cali","tap"]
    config nftables {"denyAction":"drop","acceptAction":"accept","markMask":255}
    config logPrefix "older"
    config dropInvalid false
    endpoint a/web caliweb 10.0.0.1/32
  `,
  ),
};
