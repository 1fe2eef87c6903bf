// WorkloadEndpoint: one interface of a workload on a node, with its addresses, profiles and named ports. The name is
// made of the identifiers: see workload-name.ts.
import * as z from 'zod';
import { always } from '../schema.ts';
import { addressV4, addressV6, cidr, mac } from '../scalars/net.ts';
import { containerId, interfaceName, name } from '../scalars/names.ts';
import { workloadEndpointPort } from './endpoint-port.ts';
import { qosControls } from './qos-controls.ts';
import { checkAddresses } from './workload-addresses.ts';

const ipNat = z.strictObject({ internalIP: z.string(), externalIP: z.string() });

export const workloadEndpointSpec = z
  .strictObject({
    orchestrator: name.optional(),
    workload: name.optional(),
    node: name.optional(),
    containerID: containerId.optional(),
    pod: name.optional(),
    endpoint: name.optional(),
    serviceAccountName: name.optional(),
    ipNetworks: z.array(z.string()).default([]),
    ipNATs: z.array(ipNat).optional(),
    ipv4Gateway: addressV4.optional(),
    ipv6Gateway: addressV6.optional(),
    profiles: z.array(name).default([]),
    interfaceName,
    mac: mac.optional(),
    ports: z.array(workloadEndpointPort).default([]),
    allowSpoofedSourcePrefixes: z.array(cidr).optional(),
    qosControls: qosControls.optional(),
  })
  .check(always(checkAddresses));

export type WorkloadEndpointSpec = z.output<typeof workloadEndpointSpec>;
