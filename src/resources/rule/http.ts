// The HTTP match of a rule. tortie shows it; in the kernel a rule that has one matches nothing.
import * as z from 'zod';
import { fieldsOf } from '../fields.ts';
import { always, type Report, set } from '../schema.ts';

function checkPath(value: unknown, report: Report): void {
  const { exact, prefix } = fieldsOf(value);
  if (exact && prefix) report({ message: "Invalid path match. Both 'exact' and 'prefix' are set" });
  const path = exact || prefix;
  if (path === undefined || path === '') {
    report({ message: "Invalid path match. Either 'exact' or 'prefix' must be set" });
  } else if (typeof path === 'string' && (!path.startsWith('/') || /[? #]/.test(path))) {
    report({
      message: 'Invalid path match',
      path: [exact ? 'exact' : 'prefix'],
      hint: "a path starts with '/' and has no '?', '#' or space",
    });
  }
}

const httpPath = z
  .strictObject({
    exact: z.string().max(1024).optional().describe('The whole path.'),
    prefix: z.string().max(1024).optional().describe('The beginning of the path.'),
  })
  .check(always(checkPath));

export const httpMatch = z.strictObject({
  methods: set(z.string(), 'Invalid methods (duplicates)')
    .max(20)
    .optional()
    .describe('GET, POST and so on.'),
  paths: z.array(httpPath).max(20).optional().describe('Paths of the request, exact or by prefix.'),
});
