// Files → resources: every problem of every document at once, each with its place. Invalid resources are left out of
// the result; whoever uses it must look at the problems first.
import { type Problem, problem } from '../../errors/problem.ts';
import { convertStagedKubernetesNetworkPolicy, type RuleOrigins } from '../../convert/index.ts';
import {
  BUILTINS,
  identityOf,
  type KubernetesType,
  kubernetesType,
  parseResource,
  type Resource,
} from '../../resources/index.ts';
import { type ResourceKey, resourceKey } from '../../resources/types.ts';
import { type BulkReader, readDocuments, type TextDocument } from './documents.ts';
import { findInputs } from './inputs.ts';
import { addKubernetes, finishKubernetes, kubernetesInput } from './kubernetes-input.ts';
import { saysTheSame } from './kubernetes.ts';
import { duplicate, type Found, type Loading, type LoadOptions } from './loading.ts';
import { type Origin, type Origins, originsOf } from './origins.ts';
import { type PlaceContext, withPlace } from './place.ts';
import { DEFAULT_MAX_BYTES, readText } from './read.ts';
import { type SourceFile, sourceFile } from './source.ts';
import { unwrap } from './unwrap.ts';
import { checkClaims, noticesOfKinds, policyClaim } from './whole.ts';

export interface LoadResult {
  /** Valid and defaulted, in the order of the input, then the built-in ones that were not given. */
  readonly resources: readonly Resource[];
  readonly problems: readonly Problem[];
  readonly origins: Origins;
  /** The text of an input file, by the name in its places. */
  readonly sources: (file: string) => string | undefined;
}

export async function loadFiles(inputs: readonly string[], options: LoadOptions = {}): Promise<LoadResult> {
  const { files, problems, accounted } = await findInputs(inputs);
  const origins = new Map<ResourceKey, Origin>();
  const loading: Loading = {
    options,
    resources: [],
    claims: [],
    problems: [...problems],
    origins,
    located: originsOf(origins),
    kubernetes: kubernetesInput(),
  };
  const sources = new Map<string, SourceFile>();
  const holding = new Set(accounted);
  for (const { name, input } of files) {
    const read = await readText(name, options.maxBytes ?? DEFAULT_MAX_BYTES, options.stdin);
    if ('problem' in read) {
      loading.problems.push(read.problem);
      holding.add(input);
      continue;
    }
    const file = sourceFile(name, read.text);
    sources.set(name, file);
    if (loadFile(file, loading, await bulkReader(read.text))) holding.add(input);
  }
  for (const input of new Set(inputs)) if (!holding.has(input)) loading.problems.push(empty(input));
  finishKubernetes(loading);
  loading.problems.push(
    ...checkClaims(loading.claims, new Set(origins.keys()), loading.located),
    ...noticesOfKinds(origins.keys(), loading.located),
  );
  return {
    resources: withBuiltins(loading.resources),
    problems: loading.problems,
    origins: loading.located,
    sources: (file) => sources.get(file)?.text,
  };
}

function empty(input: string): Problem {
  const what = input === '-' ? 'standard input' : input;
  return problem('file/empty', `no resources in ${what}`, {
    place: { file: input },
    hint: 'a directory is searched for *.yaml, *.yml and *.json',
  });
}

/** Below it the reader that knows places is fast enough, and nothing more has to be loaded. */
const BULK = 256 * 1024;

async function bulkReader(text: string): Promise<BulkReader | undefined> {
  return text.length < BULK ? undefined : (await import('./yaml-bulk.ts')).readBulk;
}

/** Whether there was anything in it. */
function loadFile(file: SourceFile, loading: Loading, bulk: BulkReader | undefined): boolean {
  let any = false;
  for (const document of readDocuments(file.text, file.placeOf, bulk)) {
    loading.problems.push(...document.problems);
    any ||= document.value !== undefined || document.problems.length > 0;
    if (document.value !== undefined) loadDocument(document, document.value, file, loading);
  }
  return any;
}

function loadDocument(document: TextDocument, value: unknown, file: SourceFile, loading: Loading): void {
  const whole: Omit<PlaceContext, 'base' | 'raw'> = {
    text: file.text,
    placeOf: file.placeOf,
    positions: document.positions,
  };
  const { resources, problems } = unwrap(value);
  for (const p of problems) loading.problems.push(withPlace(p, { ...whole, base: [], raw: value }));
  for (const { raw, base } of resources) {
    const type = kubernetesType(raw);
    const found: Found = {
      raw,
      origin: { file, document: document.origin, base },
      doubtful: document.doubtful,
      place: (p) => withPlace(p, { ...whole, base, raw }),
    };
    if (type) loadKubernetes(type, found, loading);
    else loadResource(found, loading);
  }
}

function loadKubernetes(type: KubernetesType, found: Found, loading: Loading): void {
  if ('problem' in type) loading.problems.push(found.place(type.problem));
  else addKubernetes(type, found, loading);
}

function loadResource({ raw, origin, doubtful, place }: Found, loading: Loading): void {
  const key = identityOf(raw, loading.options);
  const { value, problems } = parseResource(raw, loading.options);
  for (const p of problems) loading.problems.push(place(p));
  if (key === undefined) return;
  if (loading.origins.has(key)) {
    const overlap =
      loading.kubernetes.values.has(key) && saysTheSame(loading.kubernetes.values.get(key), value);
    if (!overlap) loading.problems.push(place(duplicate(key, loading.located)));
    return;
  }
  const rules = value && rulesOf(value);
  loading.origins.set(key, rules ? { ...origin, converted: { rules } } : origin);
  const claim = policyClaim(key, raw);
  if (claim) loading.claims.push(claim);
  if (value && !doubtful) loading.resources.push(value);
}

/** A kind of Calico whose rules are those of Kubernetes. */
function rulesOf(resource: Resource): RuleOrigins | undefined {
  return resource.kind === 'StagedKubernetesNetworkPolicy'
    ? convertStagedKubernetesNetworkPolicy(resource).rules
    : undefined;
}

function withBuiltins(given: readonly Resource[]): Resource[] {
  const keyOf = ({ kind, metadata }: Resource) => resourceKey(kind, metadata.namespace, metadata.name);
  const keys = new Set(given.map(keyOf));
  return [...given, ...BUILTINS.filter((builtin) => !keys.has(keyOf(builtin)))];
}
