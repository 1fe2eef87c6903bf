// Objects of the API as plain JSON (stored/object.ts), on their way to and from a store. Contract:
//   prepareForCreate(raw, options?): Result<ApiObject>   checked, defaulted and spelled as Calico's typed client and its
//   prepareForUpdate(raw, options?): Result<ApiObject>   schemas do; every problem at once, each with its path. With a
//       problem of severity error there is no value. Kinds without a schema are checked by their metadata alone.
//       What needs a clock, chance or the store stays with the caller: creationTimestamp, uid, tiers that must exist,
//       pools that must not overlap, fields that must not change.
//   encodeObject(object): string      the value that Calico stores in etcd, to the byte; without resourceVersion
//   encodeMetadata(metadata): string  the text of the annotation projectcalico.org/metadata
//   normaliseObject(object): ApiObject   fields in Calico's order and spelling, what is empty left out
import { type Problem, problem, type Result } from '../errors/problem.ts';
import type { KindInfo } from './catalogue.ts';
import { identityOf, inspectResource } from './parse.ts';
import { fieldsOf, textOf } from './fields.ts';
import { withDefaults } from './stored/defaults.ts';
import { normaliseObject } from './stored/encode.ts';
import type { ApiObject, ObjectMeta } from './stored/object.ts';

export type { ApiObject, ObjectMeta } from './stored/object.ts';
export { encodeMetadata, encodeObject, normaliseObject } from './stored/encode.ts';

export interface PrepareOptions {
  /**
   * Fields that no schema knows: an error, or kept and told as warnings. By default creation refuses and an update
   * keeps: what was read may be of a newer Calico. Whoever updates from what a person wrote should refuse.
   */
  readonly unknownFields?: 'refuse' | 'keep';
}

export function prepareForCreate(raw: unknown, options: PrepareOptions = {}): Result<ApiObject> {
  return prepare(raw, options.unknownFields ?? 'refuse', (metadata, info) => {
    const found: Problem[] = [];
    if (filled(metadata['resourceVersion'])) {
      found.push(fault('resourceVersion', 'field must not be set for a Create request'));
    }
    if (info.namespaced && textOf(metadata['namespace']) === undefined) {
      found.push(fault('namespace', 'namespace is not specified on namespaced resource'));
    }
    return found;
  });
}

export function prepareForUpdate(raw: unknown, options: PrepareOptions = {}): Result<ApiObject> {
  return prepare(raw, options.unknownFields ?? 'keep', (metadata, info) => {
    const required = ['resourceVersion', 'creationTimestamp', 'uid'];
    const found = required
      .filter((field) => !filled(metadata[field]))
      .map((field) => fault(field, 'field must be set for an Update request'));
    if (info.namespaced && textOf(metadata['namespace']) === undefined) {
      found.push(fault('namespace', 'namespace is not specified on namespaced resource'));
    }
    return found;
  });
}

function filled(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function fault(field: string, message: string): Problem {
  return problem('resource/invalid', message, { path: ['metadata', field] });
}

function prepare(
  raw: unknown,
  unknownFields: 'refuse' | 'keep',
  conditions: (metadata: Readonly<Record<string, unknown>>, info: KindInfo) => Problem[],
): Result<ApiObject> {
  const { info, object, problems: found } = inspectResource(raw, (plain) => withDefaults(objectOf(plain)));
  if (info === undefined || object === undefined) return { problems: found };
  const resource = identityOf(object);
  const problems = [...conditions(fieldsOf(object.metadata), info), ...found].map((p) => ({
    ...p,
    ...(resource === undefined ? {} : { resource }),
    ...(unknownFields === 'keep' && p.code === 'resource/unknown-field'
      ? { severity: 'warning' as const }
      : {}),
  }));
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  return { value: normaliseObject(object), problems };
}

/** The parts may be of any shape: that is for the checks to say. */
function objectOf(plain: Readonly<Record<string, unknown>>): ApiObject {
  const metadata = fieldsOf(plain['metadata']) as ObjectMeta;
  return { ...plain, metadata } as unknown as ApiObject;
}
