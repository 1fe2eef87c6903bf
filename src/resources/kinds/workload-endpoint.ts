// WorkloadEndpoint: one interface of a workload on a node, with its addresses, profiles and named ports. The name is
// made of the identifiers: see workload-name.ts.
import * as z from 'zod';
import { always } from '../schema.ts';
import { addressV4, addressV6, cidr, mac } from '../scalars/net.ts';
import { containerId, interfaceName, name } from '../scalars/names.ts';
import { workloadEndpointPort } from './endpoint-port.ts';
import { qosControls } from './qos-controls.ts';
import { checkAddresses } from './workload-addresses.ts';

const ipNat = z.strictObject({
  internalIP: z.string().describe('One of the own addresses.'),
  externalIP: z.string().describe('The address that leads to it.'),
});

export const workloadEndpointSpec = z
  .strictObject({
    orchestrator: name
      .optional()
      .describe('What runs the workload: k8s, cni, libnetwork, openstack or another.'),
    workload: name
      .optional()
      .describe('Name of the workload, for other orchestrators than k8s, cni and libnetwork.'),
    node: name.optional().describe('The node that the workload runs on.'),
    containerID: containerId.optional().describe('The container, for orchestrator cni.'),
    pod: name.optional().describe('The pod, for orchestrator k8s.'),
    endpoint: name.optional().describe('Name of the interface inside the workload.'),
    serviceAccountName: name.optional().describe('Service account of the workload.'),
    ipNetworks: z
      .array(z.string())
      .default([])
      .describe('Its addresses, each as /32 or /128 or without a length.'),
    ipNATs: z.array(ipNat).optional().describe('Addresses that are translated to its own.'),
    ipv4Gateway: addressV4.optional().describe('Gateway that the workload uses.'),
    ipv6Gateway: addressV6.optional().describe('Gateway that the workload uses.'),
    profiles: z
      .array(name)
      .default([])
      .describe('Profiles, judged in this order if no tier decided; their labels are inherited.'),
    interfaceName: interfaceName.describe('Name of the interface on the node.'),
    mac: mac.optional().describe('MAC address of the interface inside the workload.'),
    ports: z.array(workloadEndpointPort).default([]).describe('Ports that rules may call by name.'),
    allowSpoofedSourcePrefixes: z
      .array(cidr)
      .optional()
      .describe('Networks that it may use as source besides its own addresses.'),
    qosControls: qosControls.optional().describe('Limits of bandwidth, packets and connections.'),
  })
  .check(always(checkAddresses));

export type WorkloadEndpointSpec = z.output<typeof workloadEndpointSpec>;
