// The name of a WorkloadEndpoint is made of its identifiers: four segments joined with `-`, in which every `-` is
// doubled. Which identifiers they are depends on the orchestrator.
import type { Path } from '../errors/problem.ts';
import { fieldsOf } from './fields.ts';
import { type Report } from './schema.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The field whose value is the third segment. */
function workloadField(orchestrator: string): string {
  if (orchestrator === 'k8s') return 'pod';
  if (orchestrator === 'cni') return 'containerID';
  return orchestrator === 'libnetwork' ? 'orchestrator' : 'workload';
}

/** Field and value of each of the four segments. */
function segments(spec: Fields): { field: string; value: string }[] {
  const orchestrator = typeof spec['orchestrator'] === 'string' ? spec['orchestrator'] : '';
  return ['node', 'orchestrator', workloadField(orchestrator), 'endpoint'].map((field) => {
    const value = spec[field];
    return { field, value: typeof value === 'string' ? value : '' };
  });
}

/** The name that the identifiers in `spec` demand; reports why there is none. Paths are those of the spec. */
export function workloadEndpointName(value: unknown, report: Report): string | undefined {
  let valid = true;
  const complain = (message: string, field: string) => {
    valid = false;
    report({ message, path: [field] });
  };
  const parts = segments(fieldsOf(value));
  for (const { field, value: segment } of parts) {
    if (segment === '') complain('field should be assigned', field);
    else if (segment.startsWith('-')) complain("field must not begin with a '-'", field);
    else if (segment.endsWith('-')) complain("field must not end with a '-'", field);
  }
  return valid ? parts.map(({ value: segment }) => segment.replaceAll('-', '--')).join('-') : undefined;
}

/**
 * The identifiers in a name: one to four, missing ones at the end; undefined when it has none or more than four.
 * The scan starts at the second character, since a segment is never empty at its start.
 */
export function parseWorkloadEndpointName(name: string): readonly string[] | undefined {
  if (name === '') return undefined;
  const parts: string[] = [];
  let part = name[0] ?? '';
  for (let i = 1; i < name.length; i++) {
    if (name[i] !== '-') part += name[i];
    else if (name[i + 1] === '-') {
      part += '-';
      i++;
    } else {
      parts.push(part);
      part = '';
    }
  }
  parts.push(part);
  return parts.length <= 4 ? parts : undefined;
}

/** The identifiers, and the name if there is one already. Reports with paths of the whole resource. */
export function checkWorkloadEndpointName(name: string | undefined, spec: unknown, report: Report): void {
  const under = (path: Path | undefined): Path => ['spec', ...(path ?? [])];
  const expected = workloadEndpointName(spec, (fault) => report({ ...fault, path: under(fault.path) }));
  if (expected !== undefined && name !== undefined && name !== expected) {
    const message =
      'the WorkloadEndpoint name does not match the primary identifiers assigned in the Spec: ' +
      `expected name ${expected}`;
    report({ message, path: ['metadata', 'name'] });
  }
}
