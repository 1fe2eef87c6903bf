// The password of a BGP session: never in the resource itself, always a key of a Secret.
import * as z from 'zod';

const secretKey = z.strictObject({
  name: z.string().optional().meta({ 'x-crd-default': '' }).describe('Name of the Secret.'),
  key: z.string().describe('Key in the Secret.'),
  optional: z.boolean().optional().describe('Whether the Secret or its key may be missing.'),
});

export const bgpPassword = z.strictObject({
  secretKeyRef: secretKey.optional().describe('The key of a Secret in the namespace of calico-node.'),
});
