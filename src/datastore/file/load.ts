// Files → resources: every problem of every document at once, each with its place. Invalid resources are left out of
// the result; whoever uses it must look at the problems first.
import { type Problem, problem } from '../../errors/problem.ts';
import { BUILTINS, identityOf, parseResource, type Resource } from '../../resources/index.ts';
import { type ResourceKey, resourceKey } from '../../resources/types.ts';
import { readDocuments, type TextDocument } from './documents.ts';
import { findInputs } from './inputs.ts';
import { type Origin, type Origins, originsOf } from './origins.ts';
import { type PlaceContext, withPlace } from './place.ts';
import { DEFAULT_MAX_BYTES, readText } from './read.ts';
import { type SourceFile, sourceFile } from './source.ts';
import { unwrap } from './unwrap.ts';
import { checkClaims, noticesOfKinds, type PolicyClaim, policyClaim } from './whole.ts';

export interface LoadOptions {
  /** Gives all of standard input, for the input `-`. */
  readonly stdin?: () => Promise<string>;
  /** Of one file. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Namespace of namespaced resources that have none. Default `default`. */
  readonly namespace?: string;
}

export interface LoadResult {
  /** Valid and defaulted, in the order of the input, then the built-in ones that were not given. */
  readonly resources: readonly Resource[];
  readonly problems: readonly Problem[];
  readonly origins: Origins;
  /** The text of an input file, by the name in its places. */
  readonly sources: (file: string) => string | undefined;
}

interface Loading {
  readonly options: LoadOptions;
  readonly resources: Resource[];
  readonly problems: Problem[];
  readonly claims: PolicyClaim[];
  /** Everything that has a name, valid or not. */
  readonly origins: Map<ResourceKey, Origin>;
  readonly located: Origins;
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
    if (loadFile(file, loading)) holding.add(input);
  }
  for (const input of new Set(inputs)) if (!holding.has(input)) loading.problems.push(empty(input));
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

/** Whether there was anything in it. */
function loadFile(file: SourceFile, loading: Loading): boolean {
  let any = false;
  for (const document of readDocuments(file.text, file.placeOf)) {
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
  loading.problems.push(...problems.map((p) => withPlace(p, { ...whole, base: [], raw: value })));
  for (const { raw, base } of resources) {
    const key = identityOf(raw, loading.options);
    const parsed = parseResource(raw, loading.options);
    loading.problems.push(...parsed.problems.map((p) => withPlace(p, { ...whole, base, raw })));
    if (key === undefined) continue;
    const first = loading.origins.has(key);
    if (first) {
      const again = duplicate(key, loading.located);
      loading.problems.push(withPlace(again, { ...whole, base, raw }));
      continue;
    }
    loading.origins.set(key, { file, document: document.origin, base });
    const claim = policyClaim(key, raw);
    if (claim) loading.claims.push(claim);
    if (parsed.value && !document.doubtful) loading.resources.push(parsed.value);
  }
}

function duplicate(key: ResourceKey, located: Origins): Problem {
  const place = located.locate(key);
  return problem('resource/duplicate', `${key} is given twice`, {
    resource: key,
    path: ['metadata', 'name'],
    notes: [{ message: 'first given here', ...(place ? { place } : {}) }],
  });
}

function withBuiltins(given: readonly Resource[]): Resource[] {
  const keyOf = ({ kind, metadata }: Resource) => resourceKey(kind, metadata.namespace, metadata.name);
  const keys = new Set(given.map(keyOf));
  return [...given, ...BUILTINS.filter((builtin) => !keys.has(keyOf(builtin)))];
}
