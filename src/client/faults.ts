// What is wrong with an object that was to be written, as one error with all its problems and Calico's text.
import { DatastoreError, type ObjectKey } from '../datastore/index.ts';
import type { Problem } from '../errors/index.ts';
import { calicoFault } from '../resources/index.ts';

/** `raw` is what was given: the message quotes the fields that are wrong. */
export function invalid(problems: readonly Problem[], raw: unknown, key: ObjectKey): DatastoreError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const fields = errors.map((found) => described(found, raw));
  const message =
    fields.length === 1
      ? `error with field ${fields[0]}`
      : `error with the following fields:\n${fields.map((field) => `-  ${field}`).join('\n')}`;
  return new DatastoreError('datastore/invalid', message, { key, problems: errors });
}

function described(found: Problem, raw: unknown): string {
  const { field, value, reason } = calicoFault(found, raw);
  return `${field}${value === undefined ? '' : ` = '${value}'`} (${reason})`;
}

/** A rule that spans objects, with the field as Calico names it. */
export function broken(field: string, value: string, reason: string, key: ObjectKey): DatastoreError {
  return new DatastoreError('datastore/invalid', `error with field ${field} = '${value}' (${reason})`, {
    key,
  });
}

/** Against a rule that spans objects; Calico names the object without its kind there. */
export function refused(operation: string, key: ObjectKey, reason: string): DatastoreError {
  return new DatastoreError(
    'datastore/not-supported',
    `operation ${operation} is not supported on ${key.name}: ${reason}`,
    { key },
  );
}
