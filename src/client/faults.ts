// What is wrong with an object that was to be written, as one error with all its problems and Calico's text.
import { DatastoreError, type ObjectKey } from '../datastore/index.ts';
import { formatPath, type Path, type Problem } from '../errors/index.ts';
import { valueAt } from '../resources/index.ts';

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

function described({ path = [], message }: Problem, raw: unknown): string {
  const value = valueAt(raw, path);
  const shown =
    value === undefined ? '' : ` = '${typeof value === 'string' ? value : JSON.stringify(value)}'`;
  return `${fieldName(path)}${shown} (${message})`;
}

/** Calico's Go names for metadata, with which scripts and people are familiar; JSON's for the rest. */
function fieldName(path: Path): string {
  const [first, second] = path;
  if (first !== 'metadata' || typeof second !== 'string' || path.length > 2) return formatPath(path);
  return `Metadata.${second.slice(0, 1).toUpperCase()}${second.slice(1)}`;
}

/** A rule that spans objects, with the field as Calico names it. */
export function broken(field: string, value: string, reason: string, key: ObjectKey): DatastoreError {
  return new DatastoreError('datastore/invalid', `error with field ${field} = '${value}' (${reason})`, {
    key,
  });
}
