// What the printers of changes have in common: who caused a change, where that is written, and the numbers at the end.
import type { Place } from '../errors/problem.ts';
import type { ResourceKey, RuleId } from '../resources/types.ts';
import type { Change } from './types.ts';

export interface CauseRef {
  readonly rule?: RuleId;
  readonly resource?: ResourceKey;
}

/** Where a rule or a resource is written; undefined when that is not known. */
export type Locate = (ref: CauseRef) => Place | undefined;

/** The most exact name of what caused a change; rules are counted from 1, as people and `explain` do. */
export function causeText(cause: CauseRef | undefined): string | undefined {
  const parts = /^(.*)\/(ingress|egress)\/(\d+)$/.exec(cause?.rule ?? '');
  if (parts) return `${parts[1]} ${parts[2]} rule ${Number(parts[3]) + 1}`;
  return cause?.rule ?? cause?.resource;
}

/** `prod.yaml:14` */
export function placeText(cause: CauseRef, locate: Locate | undefined): string | undefined {
  const place = locate?.(cause);
  return place && (place.line === undefined ? place.file : `${place.file}:${place.line}`);
}

export interface Summary {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
}

/** Counted in the objects that people think of: a chain that is new counts once, not once more for each of its rules. */
export function summary(changes: readonly Change[]): Summary {
  const whole = wholeSubjects(changes);
  const count = { add: 0, change: 0, remove: 0 };
  for (const change of changes) if (isWhole(change) || !whole.has(change.subject)) count[change.action] += 1;
  return count;
}

/** Subjects that come or go as a whole. */
function wholeSubjects(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(changes.filter(isWhole).map((c) => c.subject));
}

function isWhole({ object, action }: Change): boolean {
  return (
    action !== 'change' && (object === 'chain' || object === 'set' || object === 'map' || object === 'table')
  );
}

/** Changes by subject, in the order in which each subject first appears. */
export function bySubject(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const key = `${change.object === 'set' || change.object === 'member' ? 'set ' : ''}${change.subject}`;
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  return groups;
}
