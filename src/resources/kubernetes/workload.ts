// Pod, Node and EndpointSlice: only what policy needs of them. Unknown fields are let through, since every version of
// Kubernetes has more.
import * as z from 'zod';
import { portProtocol } from './network-policy.ts';

const port = z.object({
  name: z.string().optional(),
  containerPort: z.int().min(0).max(65535),
  hostPort: z.int().min(0).max(65535).optional(),
  hostIP: z.string().optional(),
  protocol: portProtocol.optional(),
});

const containers = z.array(z.object({ ports: z.array(port).optional() })).optional();

export const podSpec = z.object({
  nodeName: z.string().optional(),
  hostNetwork: z.boolean().optional(),
  serviceAccountName: z.string().optional(),
  containers,
  initContainers: containers,
});

export const podStatus = z.object({
  phase: z.string().optional(),
  podIP: z.string().optional(),
  podIPs: z.array(z.object({ ip: z.string().optional() })).optional(),
});

export const nodeSpec = z.object({
  podCIDR: z.string().optional(),
  podCIDRs: z.array(z.string()).optional(),
});

export const nodeStatus = z.object({
  addresses: z.array(z.object({ type: z.string(), address: z.string() })).optional(),
});

export const endpointSliceFields = {
  addressType: z.string().optional(),
  endpoints: z.array(z.object({ addresses: z.array(z.string()).optional() })).optional(),
  ports: z
    .array(
      z.object({
        name: z.string().optional(),
        protocol: portProtocol.optional(),
        port: z.int().min(0).max(65535).optional(),
      }),
    )
    .optional(),
};
