// Quality of service limits of a workload endpoint. Accepted; tortie programs none of them.
import * as z from 'zod';
import { numberOrText } from '../schema.ts';
import { decodeDscp } from '../scalars/dscp.ts';

const limit = z.int().optional();

export const qosControls = z.strictObject({
  ingressBandwidth: limit,
  egressBandwidth: limit,
  ingressBurst: limit,
  egressBurst: limit,
  ingressPeakrate: limit,
  egressPeakrate: limit,
  ingressMinburst: limit,
  egressMinburst: limit,
  ingressPacketRate: limit,
  egressPacketRate: limit,
  ingressPacketBurst: limit,
  egressPacketBurst: limit,
  ingressMaxConnections: limit,
  egressMaxConnections: limit,
  dscp: numberOrText(decodeDscp).optional(),
});
