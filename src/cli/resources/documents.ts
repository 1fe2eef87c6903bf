// What `-f` names as objects: files, the documents of a directory, standard input; YAML or JSON, one object, several, or
// lists. A document that is wrong in form, or has a field that nobody knows, ends the command before anything is
// written, as in calicoctl.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_MAX_BYTES } from '../../datastore/file/index.ts';
import { readDocuments } from '../../datastore/file/documents.ts';
import { readText } from '../../datastore/file/read.ts';
import { sourceFile } from '../../datastore/file/source.ts';
import { unwrap } from '../../datastore/file/unwrap.ts';
import { readBulk } from '../../datastore/file/yaml-bulk.ts';
import { type Path, type Place, type Problem, problem, suggest, TortieError } from '../../errors/index.ts';
import { type ApiObject, prepareForCreate } from '../../resources/api-object.ts';
import { fieldsOf } from '../../resources/fields.ts';
import type { Context } from '../context.ts';
import { complain, placed, refuse } from './failure.ts';
import { resourceKind, RESOURCE_KINDS } from './kinds.ts';
import { plainTexts } from './plain-texts.ts';

export interface FileOptions {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  /** It is no error when a file holds nothing. */
  readonly skipEmpty?: boolean;
}

/** Their metadata is a map with texts for name and namespace; nothing else of them is checked. */
export async function readObjects(
  context: Context,
  { filename = [], recursive = false, skipEmpty = false }: FileOptions,
): Promise<readonly ApiObject[]> {
  const objects: ApiObject[] = [];
  for (const input of filename) {
    const names = input === '-' ? ['-'] : await filesOf(input, recursive);
    if (names.length === 0 && !skipEmpty) refuse(`no resources specified in directory ${input}`);
    for (const name of names) {
      const found = await readFile(context, name);
      if (found.length === 0 && !skipEmpty) refuse(`no resources specified in file ${name}`);
      objects.push(...found);
    }
  }
  return objects;
}

/** As calicoctl tells it whatever was to be done with the objects. */
const wrong = (message: string, hint?: string): never => {
  throw new TortieError([problem('cli/document', message, hint === undefined ? {} : { hint })]);
};

const failed = (reason: string, hint?: string): never => wrong(`failed to execute command: ${reason}`, hint);

const DOCUMENT = /\.(ya?ml|json)$/i;

async function filesOf(input: string, recursive: boolean): Promise<readonly string[]> {
  try {
    if (!(await stat(input)).isDirectory()) return [input];
    const found: string[] = [];
    const entries = await readdir(input, { withFileTypes: true });
    for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(input, name);
      const info = await stat(path);
      if (info.isDirectory()) found.push(...(recursive ? await filesOf(path, true) : []));
      else if (DOCUMENT.test(name)) found.push(path);
    }
    return found;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') return failed(message);
    const url = /^https?:\/\//.test(input);
    return failed(
      `open ${input}: no such file or directory`,
      url ? `nothing is fetched: curl -sSf ${input} | tortie … -f -` : undefined,
    );
  }
}

async function readFile(context: Context, name: string): Promise<readonly ApiObject[]> {
  const read = await readText(name, DEFAULT_MAX_BYTES, () => context.io.stdin());
  if ('problem' in read) {
    const { code, message, hint } = read.problem;
    return failed(message, code === 'file/too-large' ? 'give its documents in several files' : hint);
  }
  const { placeOf } = sourceFile(name, read.text);
  const objects: ApiObject[] = [];
  for (const { value, problems, positions } of readDocuments(read.text, placeOf, readBulk)) {
    const [first] = problems.filter(({ severity }) => severity === 'error');
    if (first) failed(placed(first.place, first.message), first.hint);
    if (value === undefined) continue;
    const placeAt = (path: Path): Place | undefined => {
      const { key, value: at } = positions(path);
      const span = key ?? at;
      return span && placeOf(span);
    };
    const { resources, problems: listed } = unwrap(value);
    const [broken] = listed;
    if (broken) failed(placed(placeAt(broken.path ?? []), broken.message), broken.hint);
    for (const { raw, base } of resources) {
      const { metadata, changed } = plainTexts(fieldsOf(fieldsOf(raw)['metadata']));
      const object = changed.length === 0 ? raw : { ...fieldsOf(raw), metadata };
      objects.push(checked(object, (path) => placeAt([...base, ...path])));
      for (const { path, text } of changed) {
        const { value: span } = positions([...base, ...path]);
        const written = span && read.text.slice(span.start, span.end);
        if (written === text) continue;
        const place = placeAt([...base, ...path]);
        complain(context, `hint: ${placed(place, `${written} is read as ${text}: quote it`)}`);
      }
    }
  }
  return objects;
}

function checked(raw: unknown, placeAt: (path: Path) => Place | undefined): ApiObject {
  const { apiVersion, kind, metadata } = fieldsOf(raw);
  if (typeof kind !== 'string' || typeof apiVersion !== 'string')
    return failed(placed(placeAt([]), 'a resource has an apiVersion and a kind'));
  if (apiVersion !== API_VERSION || !resourceKind(kind))
    failed(
      `unknown resource type (${kind}) and/or version (${apiVersion})`,
      placed(placeAt([apiVersion === API_VERSION ? 'kind' : 'apiVersion']), instead(apiVersion, kind)),
    );
  const [unknown] = unknownFields(raw);
  if (unknown !== undefined)
    wrong(
      `field in document is not recognized or is in the wrong location: ${lastOf(unknown)}`,
      placed(
        placeAt(unknown.path ?? []),
        `${unknown.hint ?? 'is it misspelt?'} Where a newer Calico has stored it, patch and label change the object and keep it`,
      ),
    );
  const { name, namespace } = fieldsOf(metadata);
  for (const [field, value] of Object.entries({ name, namespace }))
    if (value !== undefined && value !== null && typeof value !== 'string')
      failed(placed(placeAt(['metadata', field]), `metadata.${field}: expected a string`));
  return {
    ...(raw as ApiObject),
    metadata: { ...(metadata as object), name: typeof name === 'string' ? name : '' },
  };
}

const API_VERSION = 'projectcalico.org/v3';

/** What to write for an object that is none of Calico's v3 API. */
function instead(apiVersion: string, kind: string): string {
  if (apiVersion === API_VERSION) {
    const near = suggest(kind, KINDS);
    return near === undefined ? `no kind of ${API_VERSION} that is written here` : `did you mean ${near}?`;
  }
  if (apiVersion.replace(/^crd\./, '').startsWith('projectcalico.org/')) return `write ${API_VERSION}`;
  return `objects of ${API_VERSION} are written here; kubectl writes those of Kubernetes`;
}

const KINDS = RESOURCE_KINDS.map(({ kind }) => kind);

const lastOf = ({ path }: Problem): string => String(path?.at(-1));

/** The first field that no schema knows, of those that `known` does not have either. */
export function unknownField(raw: unknown, known?: unknown): string | undefined {
  const before = new Set(
    known === undefined ? [] : unknownFields(known).map(({ path }) => JSON.stringify(path)),
  );
  const found = unknownFields(raw).find(({ path }) => !before.has(JSON.stringify(path)));
  return found && lastOf(found);
}

const unknownFields = (raw: unknown): readonly Problem[] =>
  prepareForCreate(raw).problems.filter(({ code }) => code === 'resource/unknown-field');
