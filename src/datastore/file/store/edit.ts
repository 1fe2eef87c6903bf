// Changes of a file's text: one object replaced or taken out, everything else left as it is. In YAML the other documents
// stay to the byte, and the object's own document keeps its comments: only what differs is set. What cannot be done with
// certainty is refused, and whoever calls reads the result again before it is kept.
import { Document, isAlias, parseAllDocuments, visit } from 'yaml';
import type { Path } from '../../../errors/index.ts';
import { isObject } from '../../../resources/fields.ts';
import type { ApiObject } from '../../../resources/stored/object.ts';
import type { DocumentOrigin } from '../documents.ts';
import { YAML_OPTIONS } from '../yaml-options.ts';

export interface Place {
  readonly document: DocumentOrigin;
  /** Of the object in its document. */
  readonly base: Path;
}

/** Why a text cannot be edited; the message says what to do. */
export class NotEditable extends Error {}

export function documentOf(value: ApiObject): string {
  return new Document(value, YAML_OPTIONS).toString({ lineWidth: 0 });
}

export function replaced(text: string, place: Place, value: ApiObject): string {
  if (place.document.syntax === 'json') return editedJson(text, (whole) => put(whole, place.base, value));
  return editedYaml(text, place, (document) => {
    const before = valueAt(document.toJS(), place.base);
    merge(document, [...place.base], before, value);
  });
}

/** Undefined: nothing is left in the file. */
export function without(text: string, place: Place): string | undefined {
  const { document, base } = place;
  if (base.length > 0) {
    if (document.syntax === 'json') return editedJson(text, (whole) => removed(whole, base));
    return editedYaml(text, place, (parsed) => void parsed.deleteIn(base));
  }
  if (document.syntax === 'json') return undefined;
  onlyDocument(text.slice(document.start, document.end));
  const rest = text.slice(0, document.start) + text.slice(document.end);
  return /^(?:\s|---|\.\.\.|#.*)*$/.test(rest) ? undefined : rest;
}

function onlyDocument(chunk: string): Document {
  const [document, ...others] = parseAllDocuments(chunk, YAML_OPTIONS) as Document[];
  if (!document || others.length > 0)
    throw new NotEditable('documents that end with "..." are not told apart');
  return document;
}

function editedYaml(text: string, { document }: Place, edit: (parsed: Document) => void): string {
  const chunk = text.slice(document.start, document.end);
  const parsed = onlyDocument(chunk);
  let shared = false;
  visit(parsed, (_, node) => {
    shared ||= isAlias(node);
  });
  if (shared)
    throw new NotEditable('its document uses aliases (*name), which would change in all their places');
  edit(parsed);
  const list = /^( *)(?:- )?[^\s#-][^\n]*:[ \t]*\r?\n\1- /m;
  let result = parsed.toString({
    lineWidth: 0,
    indentSeq: !list.test(chunk),
    flowCollectionPadding: !/[[{][^\s\]}]/.test(chunk),
  });
  if (chunk.includes('\r\n')) result = result.replaceAll('\n', '\r\n');
  return text.slice(0, document.start) + result + text.slice(document.end);
}

/** Sets what differs, so that the comments of everything else stay where they are. */
function merge(document: Document, path: (string | number)[], before: unknown, after: unknown): void {
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = before.length - 1; index >= after.length; index--) document.deleteIn([...path, index]);
    after.forEach((value: unknown, index) => {
      if (index < before.length) merge(document, [...path, index], before[index], value);
      else document.addIn(path, document.createNode(value));
    });
  } else if (isObject(before) && isObject(after) && !Array.isArray(before) && !Array.isArray(after)) {
    for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) document.deleteIn([...path, key]);
    for (const [key, value] of Object.entries(after)) {
      if (Object.hasOwn(before, key)) merge(document, [...path, key], before[key], value);
      else document.setIn([...path, key], document.createNode(value));
    }
  } else if (before !== after) {
    if (path.length === 0) document.contents = document.createNode(after);
    else document.setIn(path, typeof after === 'object' ? document.createNode(after) : after);
  }
}

function editedJson(text: string, edit: (value: unknown) => unknown): string {
  const indent = /^[[{]\r?\n([ \t]+)/.exec(text.trimStart())?.[1];
  const result = JSON.stringify(edit(JSON.parse(text)), undefined, indent);
  return text.endsWith('\n') ? `${result}\n` : result;
}

type Container = Record<string | number, unknown>;

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => (at as Container)[step], value);
}

function put(whole: unknown, path: Path, value: unknown): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  (valueAt(whole, path.slice(0, -1)) as Container)[last] = value;
  return whole;
}

function removed(whole: unknown, path: Path): unknown {
  (valueAt(whole, path.slice(0, -1)) as unknown[]).splice(Number(path.at(-1)), 1);
  return whole;
}
