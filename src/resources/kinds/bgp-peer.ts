// BGPPeer: a BGP session that nodes have with something else than the mesh.
import * as z from 'zod';
import { PEER_RULES } from '../cel/bgp.ts';
import { always, numberOrText, textThat } from '../schema.ts';
import { AS_NUMBER, decodeAsNumber } from '../scalars/as-number.ts';
import { goDuration } from '../scalars/duration.ts';
import { isAddressWithPort, isAddress } from '../scalars/net.ts';
import { name } from '../scalars/names.ts';
import { anySelector } from '../scalars/selector.ts';
import { bgpPassword } from './bgp-password.ts';
import { checkPeer } from './bgp-peer-checks.ts';

const INT32 = 2_147_483_647;

export const bgpPeerSpec = z
  .strictObject({
    node: name
      .max(253)
      .optional()
      .describe('The node that peers. Without node and nodeSelector: every node.'),
    nodeSelector: anySelector.optional().describe('The nodes that peer.'),
    peerIP: textThat(
      (v) => v === '' || isAddressWithPort(v),
      'invalid address of a peer',
      'such as 192.0.2.1, 192.0.2.1:179 or [2001:db8::1]:179',
    )
      .max(64)
      .optional()
      .describe('Address of the peer, with a port if it is not 179.'),
    asNumber: numberOrText(decodeAsNumber).optional().meta(AS_NUMBER).describe('AS number of the peer.'),
    localASNumber: numberOrText(decodeAsNumber)
      .optional()
      .meta(AS_NUMBER)
      .describe('AS number of the node in this session, instead of its own.'),
    peerSelector: anySelector.optional().describe('The nodes that are peers.'),
    keepOriginalNextHop: z
      .boolean()
      .default(false)
      .describe('Older spelling of `nextHopMode: Keep` for sessions with another AS.'),
    nextHopMode: z
      .enum(['Auto', 'Self', 'Keep'])
      .optional()
      .meta({ 'x-default': 'Auto' })
      .describe('Which next hop the node tells the peer.'),
    password: bgpPassword.optional().describe('Password of the session.'),
    sourceAddress: z
      .enum(['UseNodeIP', 'None'])
      .optional()
      .meta({ 'x-default': 'UseNodeIP' })
      .describe('From which address the node speaks; None leaves it to the kernel.'),
    maxRestartTime: goDuration.optional().describe('How long routes outlive a restart of the peer.'),
    keepaliveTime: goDuration.optional().describe('How often the session is shown to be alive.'),
    numAllowedLocalASNumbers: z
      .int()
      .min(-INT32 - 1)
      .max(INT32)
      .optional()
      .meta({ format: 'int32' })
      .describe('How often our own AS may stand in the path of a route that is accepted.'),
    ttlSecurity: z
      .int()
      .min(0)
      .max(255)
      .optional()
      .describe('Hops between node and peer; packets from further away are dropped.'),
    reachableBy: textThat((v) => v === '' || isAddress(v), 'invalid IP address')
      .max(64)
      .optional()
      .describe('Next hop on the way to peerIP, where the peer is not on the subnet.'),
    filters: z.array(z.string()).optional().describe('BGPFilters of the session, in their order.'),
    localWorkloadSelector: anySelector.optional().describe('Workloads on the node with which it peers.'),
    reversePeering: z
      .enum(['Auto', 'Manual'])
      .optional()
      .meta({ 'x-default': 'Auto' })
      .describe('Whether the other direction of a session between nodes is configured too.'),
  })
  .check(always(checkPeer))
  .meta(PEER_RULES);

export type BGPPeerSpec = z.output<typeof bgpPeerSpec>;
