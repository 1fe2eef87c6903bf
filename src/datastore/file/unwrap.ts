// A document as resources: itself, the entries of an array, or the items of a `List` or `<Kind>List`.
import { type Path, type Problem, problem } from '../../errors/problem.ts';
import { KINDS, KUBERNETES_KINDS, unknownField } from '../../resources/index.ts';

export interface RawResource {
  readonly raw: unknown;
  /** Path of the resource in the document. */
  readonly base: Path;
}

export interface Unwrapped {
  readonly resources: readonly RawResource[];
  /** Paths are those of the document. */
  readonly problems: readonly Problem[];
}

const LIST_FIELDS = ['apiVersion', 'kind', 'metadata', 'items'];

/** Kinds that have a typed list. */
const LISTED = new Set([...KINDS.keys(), ...KUBERNETES_KINDS.map(({ kind }) => kind)]);

/** Lists in lists are of no use to anyone; an alias can make them endless. */
const MAX_NESTING = 8;

export function unwrap(value: unknown): Unwrapped {
  const resources: RawResource[] = [];
  const problems: Problem[] = [];
  visit(value, [], resources, problems);
  return { resources, problems };
}

function visit(value: unknown, base: Path, resources: RawResource[], problems: Problem[]): void {
  if (base.length > MAX_NESTING * 2) {
    problems.push(problem('resource/too-deep', 'lists are nested too deeply', { path: base }));
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => visit(item, [...base, index], resources, problems));
    return;
  }
  const list = listOf(value);
  if (list) visitItems(list, base, resources, problems);
  else resources.push({ raw: value, base });
}

type RawList = Record<string, unknown> & { readonly kind: string };

function listOf(value: unknown): RawList | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind } = value as Record<string, unknown>;
  return typeof kind === 'string' && (kind === 'List' || LISTED.has(itemKind(kind)))
    ? (value as RawList)
    : undefined;
}

function itemKind(listKind: string): string {
  return listKind.endsWith('List') ? listKind.slice(0, -'List'.length) : '';
}

function visitItems(list: RawList, base: Path, resources: RawResource[], problems: Problem[]): void {
  for (const field of Object.keys(list)) {
    if (!LIST_FIELDS.includes(field)) problems.push(unknownField(field, [...base, field], LIST_FIELDS));
  }
  const items = list['items'];
  if (items === undefined || items === null) {
    problems.push(problem('resource/missing-field', 'items is required', { path: [...base, 'items'] }));
  } else if (!Array.isArray(items)) {
    problems.push(problem('resource/type', 'items: expected a list', { path: [...base, 'items'] }));
  } else {
    items.forEach((item: unknown, index) => {
      visit(withKind(item, list), [...base, 'items', index], resources, problems);
    });
  }
}

/** The items of a typed list may leave out what the list says for all of them. */
function withKind(item: unknown, list: RawList): unknown {
  const kind = itemKind(list.kind);
  if (kind === '' || typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  const given = item as Record<string, unknown>;
  if (given['kind'] !== undefined && given['apiVersion'] !== undefined) return item;
  return { apiVersion: list['apiVersion'], kind, ...given };
}
