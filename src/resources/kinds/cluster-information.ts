// ClusterInformation: what the components of a cluster tell each other about it. Written by them, not by people.
import * as z from 'zod';

export const clusterInformationSpec = z.strictObject({
  clusterGUID: z.string().optional().describe('Identity of the cluster: 32 hexadecimal digits.'),
  clusterType: z
    .string()
    .optional()
    .describe('What the cluster is made of, separated by commas: "k8s,bgp,kdd".'),
  calicoVersion: z.string().optional().describe('Version of Calico that the cluster runs.'),
  datastoreReady: z
    .boolean()
    .optional()
    .describe('Whether components may go on; false while the datastore is migrated.'),
  variant: z.string().optional().describe('Edition of Calico.'),
});

export type ClusterInformationSpec = z.output<typeof clusterInformationSpec>;
