// What BGPPeer and BGPConfiguration demand, for the API server. The checks with the same messages: kinds/bgp-*.ts.
import { forbidden, invalid, on, rules, some } from './cel.ts';

const AS_NUMBER = '(has(self.asNumber) && self.asNumber != 0)';
const notBoth = (a: string, b: string) =>
  forbidden(`${a} and ${b} cannot both be set`, `!(${some(a)} && ${some(b)})`);
const emptyWith = (field: string, other: string) =>
  forbidden(`${field} must be empty when ${other} is set`, `!(${some(other)} && ${some(field)})`);

export const PEER_RULES = rules(
  notBoth('node', 'nodeSelector'),
  notBoth('peerIP', 'peerSelector'),
  forbidden('asNumber must be empty when peerSelector is set', `!(${some('peerSelector')} && ${AS_NUMBER})`),
  emptyWith('peerIP', 'localWorkloadSelector'),
  emptyWith('peerSelector', 'localWorkloadSelector'),
  invalid(
    'asNumber is required when localWorkloadSelector is set',
    `!${some('localWorkloadSelector')} || ${AS_NUMBER}`,
  ),
  forbidden('reachableBy must be empty when peerIP is empty', `!${some('reachableBy')} || ${some('peerIP')}`),
  forbidden(
    'keepOriginalNextHop and nextHopMode cannot both be set; keepOriginalNextHop is deprecated, use nextHopMode instead',
    `!(${on('keepOriginalNextHop')} && has(self.nextHopMode))`,
  ),
);

const MESH_OFF = '(has(self.nodeToNodeMeshEnabled) && !self.nodeToNodeMeshEnabled)';

export const BGP_CONFIGURATION_RULES = rules(
  ...['nodeMeshPassword', 'nodeMeshMaxRestartTime'].map((field) =>
    forbidden(
      `${field} cannot be set when nodeToNodeMeshEnabled is false`,
      `!(has(self.${field}) && ${MESH_OFF})`,
    ),
  ),
  invalid(
    'communities are defined but not used in prefixAdvertisements',
    `!${some('communities')} || ${some('prefixAdvertisements')}`,
  ),
);
