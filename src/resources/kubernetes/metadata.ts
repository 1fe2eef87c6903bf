// ObjectMeta of Kubernetes objects: what policy and the conversions read; whatever else an API server puts there is
// let through and forgotten.
import * as z from 'zod';
import { labels } from '../metadata.ts';
import { isSubdomain } from '../scalars/names.ts';
import { stringMap, textThat } from '../schema.ts';

const name = textThat(isSubdomain, "name must consist of lower case alphanumeric characters, '-' or '.'");

export const kubernetesMetadata = z.object({
  name,
  namespace: name.optional(),
  labels: labels.optional(),
  annotations: stringMap().optional(),
  generateName: z.string().optional(),
  deletionTimestamp: z.unknown().optional(),
});
