// The name of a WorkloadEndpoint is made of its identifiers: four segments joined with `-`, in which every `-` is
// doubled. Which identifiers they are depends on the orchestrator.
import { fieldsOf } from './fields.ts';
import { type Report } from './schema.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The field whose value is the third segment. */
function workloadField(orchestrator: string): string {
  if (orchestrator === 'k8s') return 'pod';
  if (orchestrator === 'cni') return 'containerID';
  return orchestrator === 'libnetwork' ? 'orchestrator' : 'workload';
}

const textAt = (spec: Fields, field: string): string => {
  const value = spec[field];
  return typeof value === 'string' ? value : '';
};

/** What is wrong with a segment. */
function faultOf(segment: string): string | undefined {
  if (segment === '') return 'field should be assigned';
  if (segment.startsWith('-')) return "field must not begin with a '-'";
  return segment.endsWith('-') ? "field must not end with a '-'" : undefined;
}

/** The name that the identifiers in `spec` demand; reports why there is none. Paths are those of the spec. */
export function workloadEndpointName(value: unknown, report: Report): string | undefined {
  const spec = fieldsOf(value);
  let name: string | undefined = '';
  for (const field of ['node', 'orchestrator', workloadField(textAt(spec, 'orchestrator')), 'endpoint']) {
    const segment = textAt(spec, field);
    const message = faultOf(segment);
    if (message !== undefined) {
      report({ message, path: [field] });
      name = undefined;
    } else if (name !== undefined) {
      const doubled = segment.includes('-') ? segment.replaceAll('-', '--') : segment;
      name = name === '' ? doubled : `${name}-${doubled}`;
    }
  }
  return name;
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
  const expected = workloadEndpointName(spec, (fault) =>
    report({ ...fault, path: ['spec', ...(fault.path ?? [])] }),
  );
  if (expected !== undefined && name !== undefined && name !== expected) {
    const message =
      'the WorkloadEndpoint name does not match the primary identifiers assigned in the Spec: ' +
      `expected name ${expected}`;
    report({ message, path: ['metadata', 'name'] });
  }
}
