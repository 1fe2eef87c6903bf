// ObjectMeta: what policy reads of it, by name; the rest is kept untouched in `other`.
import * as z from 'zod';
import { fieldsOf } from './fields.ts';
import { always, type Report, STRING_MAP, stringMap } from './schema.ts';
import { isLabelValue, isQualifiedName } from './scalars/names.ts';

const MAX_ANNOTATION_BYTES = 262_144;
const KEY_RULE = "a key is [prefix/]name: the name at most 63 letters, digits, '-', '_' and '.'";

function checkSize(value: unknown, report: Report): void {
  let size = 0;
  for (const [key, text] of Object.entries(fieldsOf(value))) {
    size += Buffer.byteLength(key) + (typeof text === 'string' ? Buffer.byteLength(text) : 0);
  }
  const over = size - MAX_ANNOTATION_BYTES;
  if (over > 0) report({ message: `total size of annotations is too large by ${over} bytes` });
}

const annotationEntries = stringMap((key, _value, report) => {
  if (!isQualifiedName(key.toLowerCase())) {
    report({ message: `invalid annotation key ${JSON.stringify(key)}`, path: [key], hint: KEY_RULE });
  }
});
/** Metadata of resources and of rules. */
export const annotations = z.unknown().check(always(checkSize)).meta(STRING_MAP).pipe(annotationEntries);

/** Labels of resources, and those that a profile applies. */
export const labels = stringMap((key, value, report) => {
  if (!isQualifiedName(key)) {
    report({ message: `invalid label name ${JSON.stringify(key)}`, path: [key], hint: KEY_RULE });
  }
  if (!isLabelValue(value)) {
    const hint = "at most 63 letters, digits, '-', '_' and '.', a letter or digit at both ends";
    report({ message: `invalid label value ${JSON.stringify(value)}`, path: [key], hint });
  }
});

const untouched = z.unknown().optional();

/** Name rules depend on the kind: see naming.ts. */
export const metadata = z.strictObject({
  name: z.string().optional(),
  namespace: z.string().optional(),
  labels: labels.optional(),
  annotations: annotations.optional(),
  /** Of what was made from a pod; it names nothing here. */
  generateName: untouched,
  uid: untouched,
  resourceVersion: untouched,
  generation: untouched,
  creationTimestamp: untouched,
  deletionTimestamp: untouched,
  deletionGracePeriodSeconds: untouched,
  ownerReferences: untouched,
  finalizers: untouched,
  managedFields: untouched,
  selfLink: untouched,
});
