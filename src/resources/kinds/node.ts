// Node: a machine, its addresses and tunnels.
import * as z from 'zod';
import { isObject } from '../fields.ts';
import { always, numberOrText } from '../schema.ts';
import { decodeAsNumber } from '../scalars/as-number.ts';
import { addressV4, addressV6, cidrV4, cidrV6, mac } from '../scalars/net.ts';

const bgp = z
  .strictObject({
    asNumber: numberOrText(decodeAsNumber).optional().describe('AS number of the node.'),
    ipv4Address: cidrV4.optional().describe('Address and subnet of the node for BGP.'),
    ipv6Address: cidrV6.optional().describe('Address and subnet of the node for BGP.'),
    ipv4IPIPTunnelAddr: addressV4.optional().describe('Address of the IPIP tunnel.'),
    routeReflectorClusterID: addressV4
      .optional()
      .describe('Makes the node a route reflector of this cluster.'),
  })
  .check(
    always((value, report) => {
      if (isObject(value) && Object.keys(value).length === 0)
        report({ message: 'Spec.BGP should not be empty' });
    }),
  );

export const nodeSpec = z.strictObject({
  bgp: bgp.optional().describe('How the node speaks BGP; absent if it does not.'),
  ipv4VXLANTunnelAddr: addressV4.optional().describe('IPv4 address of the VXLAN tunnel.'),
  vxlanTunnelMACAddr: mac.optional().describe('MAC address of the IPv4 VXLAN tunnel.'),
  ipv6VXLANTunnelAddr: addressV6.optional().describe('IPv6 address of the VXLAN tunnel.'),
  vxlanTunnelMACAddrV6: mac.optional().describe('MAC address of the IPv6 VXLAN tunnel.'),
  orchRefs: z
    .array(
      z.strictObject({
        nodeName: z.string().optional().describe('Its name there.'),
        orchestrator: z.string().optional().describe('Name of the orchestrator: k8s.'),
      }),
    )
    .optional()
    .describe('The node in the terms of orchestrators.'),
  wireguard: z
    .strictObject({
      interfaceIPv4Address: addressV4.optional().describe('IPv4 address of the interface.'),
      interfaceIPv6Address: addressV6.optional().describe('IPv6 address of the interface.'),
    })
    .optional()
    .describe('Addresses of the WireGuard interface.'),
  addresses: z
    .array(
      z.strictObject({
        address: z.string().describe('The address, perhaps with its subnet.'),
        type: z.enum(['CalicoNodeIP', 'InternalIP', 'ExternalIP']).optional().describe('Who says so.'),
      }),
    )
    .optional()
    .describe('All addresses of the node.'),
  interfaces: z
    .array(
      z.strictObject({
        name: z.string().optional().describe('Name of the interface.'),
        addresses: z.array(z.string()).optional().describe('Its addresses.'),
      }),
    )
    .optional()
    .describe('Interfaces of the node and their addresses.'),
});

export type NodeSpec = z.output<typeof nodeSpec>;
