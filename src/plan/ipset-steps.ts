// What ipset has to do, and when. Rules and sets cannot change at once, so the members do in two steps: before the
// rules whatever lets fewer packets through, after them whatever lets more through. Then no packet that both the old and
// the new policy deny ever meets rules and sets that allow it.
import {
  addLine,
  createLine,
  delLine,
  destroyLine,
  type Ipset,
  newSetLines,
  replaceLines,
  sameShape,
} from '../ipsets/index.ts';
import { isEmpty, type MapDelta, mapDelta, type MemberDelta, memberDelta } from './delta.ts';
import { type Script, script } from './script.ts';
import type { Command } from './types.ts';

export const IPSET_COMMAND = ['ipset', 'restore'] as const;

export interface IpsetSteps {
  /** New sets, to which no rule refers yet. */
  readonly create: readonly Command[];
  /** Before the rules. */
  readonly restrict: readonly Command[];
  /** After the rules. */
  readonly loosen: readonly Command[];
  /** When no rule refers to them any more. */
  readonly destroy: readonly Command[];
}

export function ipsetSteps(older: ReadonlyMap<string, Ipset>, newer: ReadonlyMap<string, Ipset>): IpsetSteps {
  const delta = mapDelta(
    older,
    newer,
    (a, b) => sameShape(a, b) && isEmpty(memberDelta(a.members, b.members)),
  );
  const restrict = step();
  const loosen = step();
  for (const { before, after } of delta.changed) plan(before, after, restrict, loosen);
  return {
    create: createStep(delta),
    restrict: restrict.commands('restrict sets'),
    loosen: loosen.commands('loosen sets'),
    destroy: destroyStep(delta),
  };
}

interface Step {
  readonly forth: Script;
  readonly back: Script;
  commands(purpose: string): Command[];
}

function step(): Step {
  const forth = script();
  const back = script();
  return {
    forth,
    back,
    commands: (purpose) =>
      forth.size === 0
        ? []
        : [forth.command(IPSET_COMMAND, purpose, { undo: { argv: IPSET_COMMAND, stdin: back.text() } })],
  };
}

function plan(before: Ipset, after: Ipset, restrict: Step, loosen: Step): void {
  const delta = memberDelta(before.members, after.members);
  const origin = after.cause === undefined ? {} : { resource: after.cause };
  if (after.use === 'mixed' || !sameShape(before, after)) {
    // A mixed set is named by its members, so only somebody else can have changed it; another shape needs a new set.
    // Both are swapped in, and what a swap would loosen waits for its step.
    restrict.forth.addAll(swapIn({ ...after, members: between(before, after, delta) }), origin);
    restrict.back.addAll(swapIn(before));
  } else if (after.use === 'loosens') write(restrict, after, { added: [], removed: delta.removed }, origin);
  else write(restrict, after, { added: delta.added, removed: [] }, origin);

  if (after.use === 'loosens') write(loosen, after, { added: delta.added, removed: [] }, origin);
  if (after.use === 'restricts') write(loosen, after, { added: [], removed: delta.removed }, origin);
}

/** The set is there, perhaps in another shape, so it must not be created. */
function swapIn(set: Ipset): string[] {
  return replaceLines(set).slice(1);
}

function between(before: Ipset, after: Ipset, { added, removed }: MemberDelta): readonly string[] {
  if (after.use === 'mixed') return after.members;
  if (after.use === 'restricts') return [...before.members, ...added].toSorted();
  const gone = new Set(removed);
  return before.members.filter((m) => !gone.has(m));
}

function write(
  { forth, back }: Step,
  set: Ipset,
  { added, removed }: MemberDelta,
  origin: { resource?: string },
): void {
  for (const member of removed) {
    forth.add(delLine(set.name, member), origin);
    back.add(addLine(set.name, member));
  }
  for (const member of added) {
    forth.add(addLine(set.name, member), origin);
    back.add(delLine(set.name, member));
  }
}

function createStep({ added }: MapDelta<Ipset>): Command[] {
  if (added.length === 0) return [];
  const forth = script();
  const back = script();
  for (const set of added) {
    forth.addAll(newSetLines(set), set.cause === undefined ? {} : { resource: set.cause });
    // Created first, so that taking back also works for the sets that a failure kept from being created.
    back.addAll([createLine(set), destroyLine(set.name)]);
  }
  return [forth.command(IPSET_COMMAND, 'create sets', { undo: { argv: IPSET_COMMAND, stdin: back.text() } })];
}

function destroyStep({ removed }: MapDelta<Ipset>): Command[] {
  if (removed.length === 0) return [];
  const forth = script();
  for (const set of removed) forth.add(destroyLine(set.name));
  return [forth.command(IPSET_COMMAND, 'remove unused sets', { mayFail: true })];
}
