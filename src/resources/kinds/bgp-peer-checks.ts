// What the fields of a BGPPeer demand of each other.
import { parseAddress } from '../../net/index.ts';
import { addressOfPeer } from '../scalars/net.ts';
import { fieldsOf, textOf } from '../fields.ts';
import { type Report } from '../schema.ts';

export function checkPeer(value: unknown, report: Report): void {
  const spec = fieldsOf(value);
  const has = (field: string) => textOf(spec[field]) !== undefined;
  const asNumber = spec['asNumber'] !== undefined && spec['asNumber'] !== 0 && spec['asNumber'] !== '0';
  const forbid = (wrong: boolean, message: string, field: string) => {
    if (wrong) report({ message, path: [field] });
  };
  forbid(has('node') && has('nodeSelector'), 'node and nodeSelector cannot both be set', 'nodeSelector');
  forbid(has('peerIP') && has('peerSelector'), 'peerIP and peerSelector cannot both be set', 'peerSelector');
  forbid(has('peerSelector') && asNumber, 'asNumber must be empty when peerSelector is set', 'asNumber');
  if (has('localWorkloadSelector')) {
    for (const field of ['peerIP', 'peerSelector']) {
      forbid(has(field), `${field} must be empty when localWorkloadSelector is set`, field);
    }
    forbid(!asNumber, 'asNumber is required when localWorkloadSelector is set', 'asNumber');
  }
  forbid(
    has('reachableBy') && !has('peerIP'),
    'reachableBy must be empty when peerIP is empty',
    'reachableBy',
  );
  forbid(
    spec['keepOriginalNextHop'] === true && spec['nextHopMode'] !== undefined,
    'keepOriginalNextHop and nextHopMode cannot both be set; keepOriginalNextHop is deprecated, use nextHopMode instead',
    'keepOriginalNextHop',
  );
  checkFamilies(spec, report);
}

function checkFamilies(spec: Readonly<Record<string, unknown>>, report: Report): void {
  const peer = parseAddress(addressOfPeer(textOf(spec['peerIP']) ?? ''));
  const gateway = parseAddress(textOf(spec['reachableBy']) ?? '');
  if (peer && gateway && peer.family !== gateway.family) {
    report({ message: 'ReachableBy and PeerIP address family mismatched', path: ['reachableBy'] });
  }
}
