// The rules of one chain before and after, aligned: which came, which went, which changed in place.
import { diffArrays } from 'diff';
import type { RuleLine } from '../render/ruleset.ts';
import type { Change } from './types.ts';

/** Beyond this a chain counts as rewritten: the alignment is for reading, never worth more time. */
const ALIGN_MS = 200;

export function ruleChanges(
  before: readonly RuleLine[],
  after: readonly RuleLine[],
  about: Pick<Change, 'subject' | 'label' | 'cause'>,
): Change[] {
  if (before === after) return [];
  if (before.length === 0) return after.map((rule) => added(rule, about));
  if (after.length === 0) return before.map((rule) => removed(rule, about));
  const parts = diffArrays(texts(before), texts(after), { timeout: ALIGN_MS });
  if (!parts) return [...before.map((r) => removed(r, about)), ...after.map((r) => added(r, about))];
  const changes: Change[] = [];
  let from = 0;
  let to = 0;
  let gone: RuleLine[] = [];
  for (const part of parts) {
    if (part.removed) {
      gone = before.slice(from, from + part.count);
      from += part.count;
      continue;
    }
    if (part.added) {
      changes.push(...paired(gone, after.slice(to, to + part.count), about));
      to += part.count;
    } else {
      changes.push(...gone.map((rule) => removed(rule, about)));
      from += part.count;
      to += part.count;
    }
    gone = [];
  }
  return [...changes, ...gone.map((rule) => removed(rule, about))];
}

/** A new rule above gives those below another index in their ids and comments: to its reader they are the same rules. */
function texts(rules: readonly RuleLine[]): string[] {
  return rules.map((rule) => rule.text);
}

/** Rules that stand at one place and are for one policy rule changed; the others went and came. */
function paired(
  gone: readonly RuleLine[],
  come: readonly RuleLine[],
  about: Pick<Change, 'subject' | 'label' | 'cause'>,
): Change[] {
  const left = [...gone];
  const changes = come.map((rule): Change => {
    const i = left.findIndex((old) => identity(old) !== undefined && identity(old) === identity(rule));
    if (i < 0) return added(rule, about);
    const [old] = left.splice(i, 1);
    return { ...added(rule, about), action: 'change', before: old?.text ?? '' };
  });
  return [...left.map((rule) => removed(rule, about)), ...changes];
}

/** A rule read back from the kernel has only its comment, which begins with the (perhaps shortened) id. */
function identity(rule: RuleLine): string | undefined {
  return rule.comment ?? rule.rule;
}

function added(rule: RuleLine, about: Pick<Change, 'subject' | 'label' | 'cause'>): Change {
  return { action: 'add', object: 'rule', ...about, ...causeOf(rule, about), after: rule.text };
}

function removed(rule: RuleLine, about: Pick<Change, 'subject' | 'label' | 'cause'>): Change {
  return { action: 'remove', object: 'rule', ...about, ...causeOf(rule, about), before: rule.text };
}

function causeOf(rule: RuleLine, about: Pick<Change, 'cause'>): Pick<Change, 'cause'> {
  return rule.rule === undefined ? {} : { cause: { ...about.cause, rule: rule.rule } };
}
