// Node: a machine, its addresses and tunnels.
import * as z from 'zod';
import { always, isObject, numberOrText } from '../schema.ts';
import { decodeAsNumber } from '../scalars/as-number.ts';
import { addressV4, addressV6, cidrV4, cidrV6, mac } from '../scalars/net.ts';

const bgp = z
  .strictObject({
    asNumber: numberOrText(decodeAsNumber).optional(),
    ipv4Address: cidrV4.optional(),
    ipv6Address: cidrV6.optional(),
    ipv4IPIPTunnelAddr: addressV4.optional(),
    routeReflectorClusterID: addressV4.optional(),
  })
  .check(
    always((value, report) => {
      if (isObject(value) && Object.keys(value).length === 0)
        report({ message: 'Spec.BGP should not be empty' });
    }),
  );

export const nodeSpec = z.strictObject({
  bgp: bgp.optional(),
  ipv4VXLANTunnelAddr: addressV4.optional(),
  vxlanTunnelMACAddr: mac.optional(),
  ipv6VXLANTunnelAddr: addressV6.optional(),
  vxlanTunnelMACAddrV6: mac.optional(),
  orchRefs: z
    .array(z.strictObject({ nodeName: z.string().optional(), orchestrator: z.string().optional() }))
    .optional(),
  wireguard: z
    .strictObject({ interfaceIPv4Address: addressV4.optional(), interfaceIPv6Address: addressV6.optional() })
    .optional(),
  addresses: z
    .array(
      z.strictObject({
        address: z.string(),
        type: z.enum(['CalicoNodeIP', 'InternalIP', 'ExternalIP']).optional(),
      }),
    )
    .optional(),
  interfaces: z
    .array(z.strictObject({ name: z.string().optional(), addresses: z.array(z.string()).optional() }))
    .optional(),
});

export type NodeSpec = z.output<typeof nodeSpec>;
