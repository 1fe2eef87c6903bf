// Quality of service limits of a workload endpoint. Accepted; tortie programs none of them.
import * as z from 'zod';
import { numberOrText } from '../schema.ts';
import { decodeDscp } from '../scalars/dscp.ts';

const limit = z.int().optional();

export const qosControls = z.strictObject({
  ingressBandwidth: limit.describe('Bits a second, to the workload.'),
  egressBandwidth: limit.describe('Bits a second, from the workload.'),
  ingressBurst: limit.describe('Bits that may exceed the bandwidth at once, to the workload.'),
  egressBurst: limit.describe('Bits that may exceed the bandwidth at once, from the workload.'),
  ingressPeakrate: limit.describe('Bits a second within a burst, to the workload.'),
  egressPeakrate: limit.describe('Bits a second within a burst, from the workload.'),
  ingressMinburst: limit.describe('Bytes of the smallest burst, to the workload.'),
  egressMinburst: limit.describe('Bytes of the smallest burst, from the workload.'),
  ingressPacketRate: limit.describe('Packets a second, to the workload.'),
  egressPacketRate: limit.describe('Packets a second, from the workload.'),
  ingressPacketBurst: limit.describe('Packets that may exceed the rate at once, to the workload.'),
  egressPacketBurst: limit.describe('Packets that may exceed the rate at once, from the workload.'),
  ingressMaxConnections: limit.describe('Connections at a time, to the workload.'),
  egressMaxConnections: limit.describe('Connections at a time, from the workload.'),
  dscp: numberOrText(decodeDscp).optional().describe('DSCP of packets that leave the cluster.'),
});
