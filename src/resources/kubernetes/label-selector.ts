// LabelSelector, with the checks of the API server: its parts become selector text, so nothing but label names and
// values may be in it, and an unknown operator must not be skipped.
import * as z from 'zod';
import { labels } from '../metadata.ts';
import { isLabelValue, isQualifiedName } from '../scalars/names.ts';
import { fieldsOf, listOf } from '../fields.ts';
import { always, type Report, textThat } from '../schema.ts';

const operator = z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']);

function checkValues(value: unknown, report: Report): void {
  const { operator: given, values } = fieldsOf(value);
  const count = listOf(values).length;
  if ((given === 'In' || given === 'NotIn') && count === 0) {
    report({ message: `values are required with operator ${given}`, path: ['values'] });
  }
  if ((given === 'Exists' || given === 'DoesNotExist') && count > 0) {
    report({ message: `values are not allowed with operator ${given}`, path: ['values'] });
  }
}

const requirement = z
  .strictObject({
    key: textThat(isQualifiedName, 'invalid label name').describe('Name of the label.'),
    operator: operator.describe('What its value must be.'),
    values: z
      .array(textThat(isLabelValue, 'invalid label value'))
      .optional()
      .describe('Values, for In and NotIn.'),
  })
  .check(always(checkValues));

export const labelSelector = z.strictObject({
  matchLabels: labels.optional().describe('Labels with exactly these values.'),
  matchExpressions: z.array(requirement).optional().describe('Demands on labels; all must hold.'),
});

export type LabelSelector = z.output<typeof labelSelector>;
