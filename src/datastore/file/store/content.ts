// One file as stored objects, each with where it stands. A document that cannot be read, or that is no object, makes the
// file doubtful: what it held before stays (contents.ts), and it is a problem with its place.
import { createHash } from 'node:crypto';
import { type Path, type Problem, problem } from '../../../errors/index.ts';
import {
  KINDS,
  type KubernetesObject,
  type KubernetesType,
  kubernetesType,
  type Resource,
} from '../../../resources/index.ts';
import type { ApiObject } from '../../../resources/stored/object.ts';
import { identityOf } from '../../../resources/index.ts';
import { plainObject } from '../../kubernetes/plain.ts';
import type { ObjectKey } from '../../types.ts';
import { type DocumentOrigin, readDocuments, type TextDocument } from '../documents.ts';
import { absenceOf, convertLater, readObject } from '../kubernetes.ts';
import { withPlace } from '../place.ts';
import { type SourceFile, sourceFile } from '../source.ts';
import { unwrap } from '../unwrap.ts';
import { readBulk } from '../yaml-bulk.ts';

export interface StoredObject {
  readonly key: ObjectKey;
  /** As it is written, with its namespace, without a resourceVersion. */
  readonly value: ApiObject;
  /** Of all that is in `value`. */
  readonly hash: string;
  /** Of what a Kubernetes object was converted to; such an object is read only. */
  readonly resource?: Resource;
  /** A policy that names nodes: what it says follows from them (nodes.ts); the rest here is as if there were none. */
  readonly namesNodes?: KubernetesObject;
  /** Where it stands. Absent: it stood there before the file became unreadable. */
  readonly origin?: { readonly document: DocumentOrigin; readonly base: Path };
}

export interface FileContent {
  readonly objects: readonly StoredObject[];
  readonly problems: readonly Problem[];
  /** Something in it could not be read, so that it may have held more. */
  readonly doubtful: boolean;
}

/** Below it the reader that knows places is fast enough. */
const BULK = 256 * 1024;

export function readContent(name: string, text: string): FileContent {
  const file = sourceFile(name, text);
  const found: Found = { objects: [], problems: [], doubtful: false };
  for (const document of readDocuments(text, file.placeOf, text.length < BULK ? undefined : readBulk)) {
    found.problems.push(...document.problems);
    if (document.doubtful) found.doubtful = true;
    else if (document.value !== undefined) readDocument(document, document.value, file, found);
  }
  return found;
}

interface Found {
  readonly objects: StoredObject[];
  readonly problems: Problem[];
  doubtful: boolean;
}

function readDocument(document: TextDocument, value: unknown, file: SourceFile, found: Found): void {
  const whole = { text: file.text, placeOf: file.placeOf, positions: document.positions };
  const { resources, problems } = unwrap(value);
  const refuse = (wrong: readonly Problem[], base: Path, raw: unknown) => {
    found.problems.push(...wrong.map((p) => withPlace(p, { ...whole, base, raw })));
    found.doubtful ||= wrong.some(({ severity }) => severity === 'error');
  };
  refuse(problems, [], value);
  for (const { raw, base } of resources) {
    const origin = { document: document.origin, base };
    const type = kubernetesType(raw);
    const read = type ? readKubernetes(type, raw) : readCalico(raw);
    refuse(read.problems, base, raw);
    if (read.object) found.objects.push({ ...read.object, origin });
  }
}

interface Read {
  readonly object?: StoredObject;
  readonly problems: readonly Problem[];
}

function readCalico(raw: unknown): Read {
  const identity = identityOf(raw);
  if (identity === undefined) {
    const message = 'not an object of projectcalico.org/v3 with a known kind and a name';
    return { problems: [problem('resource/unknown', message)] };
  }
  const key = keyFrom(identity);
  try {
    const { metadata, ...rest } = JSON.parse(JSON.stringify(raw)) as ApiObject;
    const value = { ...rest, metadata: checkedMetadata(metadata, key) };
    return { object: { key, value, hash: hashOf(value) }, problems: [] };
  } catch (error) {
    const message = `cannot be read: ${(error as Error).message}`;
    return { problems: [problem('resource/type', message, { resource: identity })] };
  }
}

function keyFrom(identity: string): ObjectKey {
  const [kind = '', ...rest] = identity.split('/');
  if (!KINDS.get(kind)?.namespaced) return { kind, name: rest.join('/') };
  return { kind, namespace: rest[0] ?? '', name: rest.slice(1).join('/') };
}

/** Only what every reader relies on; the rest is for the checks of the kind. */
function checkedMetadata(given: ApiObject['metadata'], key: ObjectKey): ApiObject['metadata'] {
  const { name: _n, namespace: _ns, resourceVersion: _r, ...metadata } = given;
  const entries = Object.entries(metadata).filter(([, value]) => value !== null);
  for (const [field, value] of entries) {
    const isText = typeof value === 'string';
    if ((field === 'uid' || field === 'creationTimestamp') && !isText)
      throw new TypeError(`metadata.${field} is not text`);
    if (field !== 'labels' && field !== 'annotations') continue;
    const texts = typeof value === 'object' && !Array.isArray(value) ? Object.values(value ?? {}) : [0];
    if (texts.some((text) => typeof text !== 'string'))
      throw new TypeError(`metadata.${field} is not a map of texts`);
  }
  const { namespace, name } = key;
  return { name, ...(namespace !== undefined && { namespace }), ...Object.fromEntries(entries) };
}

function readKubernetes(type: KubernetesType, raw: unknown): Read {
  if ('problem' in type) return { problems: [type.problem] };
  // Other kinds say nothing about policy.
  if ('other' in type) return { problems: [] };
  const { key, object, conversion, problems } = readObject(type.known, raw, {});
  if (!object || problems.some(({ severity }) => severity === 'error')) return { problems };
  const namesNodes = conversion ? undefined : object;
  const { value: resource } = conversion ?? convertLater(object, key ?? '', []);
  if (!resource || absenceOf(object, resource) !== undefined) return { problems };
  const { uid, creationTimestamp } = ((raw as { metadata?: object }).metadata ?? {}) as Partial<
    ApiObject['metadata']
  >;
  const value = plainObject(resource, {
    ...(uid !== undefined && { uid }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
  });
  const { namespace, name } = resource.metadata;
  const own = { kind: resource.kind, name, ...(namespace !== undefined && { namespace }) };
  const read = { key: own, value, hash: hashOf(value), resource, ...(namesNodes && { namesNodes }) };
  return { object: read, problems };
}

export function hashOf(value: ApiObject): string {
  const text = JSON.stringify(value);
  return `h${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
