// From what a YAML or JSON reader gives to a Resource: every problem at once, each with its path, then the defaults
// that Calico's typed client applies on create.
import type * as z from 'zod';
import { type Path, type Problem, problem, type Result } from '../errors/problem.ts';
import { suggest } from '../errors/suggest.ts';
import { safeParse } from './busy-schema.ts';
import { type KindInfo, kindAliases, KINDS } from './catalogue.ts';
import { finish } from './finish.ts';
import { SPECS, WITH_STATUS } from './kinds/index.ts';
import { metadata as metadataSchema } from './metadata.ts';
import { plainData } from './plain.ts';
import { API_VERSION, type ParsedKind, type Resource } from './resource.ts';
import type { ApiObject } from './stored/object.ts';
import { fieldsOf, isObject, textOf } from './fields.ts';
import { type Fault } from './schema.ts';
import { type ResourceKey, resourceKey } from './types.ts';
import { checkWhole } from './whole-checks.ts';
import { workloadEndpointName } from './workload-name.ts';
import { problemsOf, unknownField, withoutUnknown } from './zod-issues.ts';

export interface ParseOptions {
  /** Namespace of namespaced resources that have none. Default `default`, as in calicoctl. */
  readonly namespace?: string;
  /**
   * Fields that no schema knows: an error (what a person wrote), or left out with a warning (what is stored, and may be
   * of a newer Calico, which reads its own objects that way too). Default `refuse`.
   */
  readonly unknownFields?: 'refuse' | 'leave-out';
}

/**
 * A kind that is known and not modelled gives neither a value nor, when its metadata is right, a problem. Every problem
 * of a resource whose name is readable has its key in `resource`.
 */
export function parseResource(raw: unknown, options: ParseOptions = {}): Result<Resource> {
  const { value, problems } = plainData(raw);
  if (!isObject(value)) {
    return { problems: [...problems, noResource()] };
  }
  const info = kindOf(value, problems);
  if (info === undefined) return { problems };
  const result = parseKind(info, value, options, problems);
  if (result.problems.length === 0) return result;
  const key = keyOf(info, value, options);
  if (key === undefined) return result;
  return { ...result, problems: result.problems.map((p) => ({ ...p, resource: key })) };
}

/** What a document calls itself, valid or not: enough to tell two resources with one name. */
export function identityOf(raw: unknown, options: ParseOptions = {}): ResourceKey | undefined {
  if (!isObject(raw) || raw['apiVersion'] !== API_VERSION) return undefined;
  const info = KINDS.get(String(raw['kind']));
  return info && keyOf(info, raw, options);
}

function keyOf(info: KindInfo, raw: Record<string, unknown>, options: ParseOptions): ResourceKey | undefined {
  const { name: given, namespace } = fieldsOf(raw['metadata']);
  const derived = info.kind === 'WorkloadEndpoint' ? workloadEndpointName(raw['spec'], () => {}) : undefined;
  const name = textOf(given) ?? derived;
  if (name === undefined) return undefined;
  return resourceKey(info.kind, namespaceOf(info, namespace, options), name);
}

function namespaceOf(info: KindInfo, namespace: unknown, options: ParseOptions): string | undefined {
  return info.namespaced ? (textOf(namespace) ?? options.namespace ?? 'default') : undefined;
}

/** The kind, if the document says one that we know; else why not is added to `problems`. */
function kindOf(raw: Record<string, unknown>, problems: Problem[]): KindInfo | undefined {
  const { apiVersion, kind } = raw;
  const before = problems.length;
  for (const field of ['apiVersion', 'kind']) {
    const value = raw[field];
    if (value === undefined) {
      problems.push(problem('resource/missing-field', `${field} is required`, { path: [field] }));
    } else if (typeof value !== 'string') {
      problems.push(problem('resource/type', `${field}: expected a string`, { path: [field] }));
    }
  }
  if (problems.length > before || typeof apiVersion !== 'string' || typeof kind !== 'string')
    return undefined;
  if (apiVersion !== API_VERSION) {
    problems.push(wrongVersion(apiVersion));
    return undefined;
  }
  const info = KINDS.get(kind);
  if (!info) {
    const near = kindAliases.get(kind.toLowerCase()) ?? suggest(kind, KINDS.keys());
    const more = near === undefined ? {} : { hint: `did you mean "${near}"?` };
    problems.push(
      problem('resource/unknown-kind', `unknown kind ${JSON.stringify(kind)}`, { path: ['kind'], ...more }),
    );
  }
  return info;
}

function wrongVersion(apiVersion: string): Problem {
  const path: Path = ['apiVersion'];
  const hint =
    apiVersion === 'crd.projectcalico.org/v1'
      ? `${apiVersion} is how Calico stores objects in Kubernetes; export them with "calicoctl get -o yaml"`
      : `write "apiVersion: ${API_VERSION}"`;
  return problem('resource/api-version', `unsupported apiVersion ${JSON.stringify(apiVersion)}`, {
    path,
    hint,
  });
}

function parseKind(
  info: KindInfo,
  raw: Record<string, unknown>,
  options: ParseOptions,
  problems: Problem[],
): Result<Resource> {
  const { metadata, spec } = parseParts(info, raw, problems, options);
  const wrong = problems.some(({ severity }) => severity === 'error');
  if (!info.modelled || wrong || metadata === undefined || spec === undefined) return { problems };
  const kind = info.kind as ParsedKind;
  const namespace = namespaceOf(info, metadata.namespace, options);
  const status = WITH_STATUS.has(kind) ? raw['status'] : undefined;
  return { value: finish({ kind, metadata, namespace, spec, status }), problems };
}

/** Everything that can be wrong with it goes to `problems`; a part is absent when it is wrong, or has no schema. */
function parseParts(
  info: KindInfo,
  raw: Record<string, unknown>,
  problems: Problem[],
  options: ParseOptions = {},
): { metadata?: z.output<typeof metadataSchema> | undefined; spec?: unknown } {
  const fields = ['apiVersion', 'kind', 'metadata', 'spec'];
  if (!info.modelled || WITH_STATUS.has(info.kind)) fields.push('status');
  for (const field of Object.keys(raw)) {
    if (!fields.includes(field)) problems.push(weighed(unknownField(field, [field], fields), options));
  }
  const metadata = parsePart(metadataSchema, raw['metadata'] ?? {}, 'metadata', problems, options);
  checkWhole(info, raw, (fault) => problems.push(problemOfFault(fault)));
  if (!info.modelled) return { metadata };
  const schema: z.ZodType = SPECS[info.kind as ParsedKind];
  return { metadata, spec: parsePart(schema, raw['spec'] ?? {}, 'spec', problems, options) };
}

export interface Inspection {
  /** Absent when the document does not say a kind that we know. */
  readonly info?: KindInfo;
  /** What `change` made of the document; there whatever is wrong with its parts. */
  readonly object?: ApiObject;
  readonly problems: readonly Problem[];
}

/**
 * All that parseResource finds wrong, of a document that stays plain JSON: `change` may fill in defaults before it is
 * checked. What a kind without a schema holds is not even cleaned.
 */
export function inspectResource(
  raw: unknown,
  change: (plain: Readonly<Record<string, unknown>>) => ApiObject,
): Inspection {
  const { value, problems } = plainData(raw);
  if (!isObject(value)) return { problems: [...problems, noResource()] };
  const info = kindOf(value, problems);
  if (info === undefined) return { problems };
  const object = change(info.modelled ? value : { ...value, ...untouched(raw) });
  parseParts(info, { ...object }, problems);
  const key = keyOf(info, { ...object }, {});
  return {
    info,
    object,
    problems: key === undefined ? problems : problems.map((p) => ({ ...p, resource: key })),
  };
}

function untouched(raw: unknown): Readonly<Record<string, unknown>> {
  const { spec, status } = fieldsOf(raw);
  return { ...(spec === undefined ? {} : { spec }), ...(status === undefined ? {} : { status }) };
}

function noResource(): Problem {
  return problem('resource/type', 'expected a resource (a map)', { path: [] });
}

function problemOfFault({ code, message, path, hint }: Fault): Problem {
  return problem(code ?? 'resource/invalid', message, {
    path: path ?? [],
    ...(hint === undefined ? {} : { hint }),
  });
}

function parsePart<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  name: string,
  problems: Problem[],
  options: ParseOptions,
): T | undefined {
  const parsed = safeParse(schema, raw);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  problems.push(...problemsOf(issues, schema, raw, [name]).map((found) => weighed(found, options)));
  if (options.unknownFields !== 'leave-out') return undefined;
  const known = schema.safeParse(withoutUnknown(raw, issues));
  return known.success ? known.data : undefined;
}

function weighed(found: Problem, { unknownFields }: ParseOptions): Problem {
  const isWarning = unknownFields === 'leave-out' && found.code === 'resource/unknown-field';
  return isWarning ? { ...found, severity: 'warning' } : found;
}
