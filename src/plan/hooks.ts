// Our jump rules in chains that belong to the kernel: exactly once each, those to insert at the top and those to append
// at the end, in order. Rules of others are neither read nor moved; only ours are taken out and put in.
import type { IptablesTable } from '../render/ruleset.ts';
import { hookLine, hookRuleText } from '../render/iptables/print.ts';
import type { Change, HookLayout } from './types.ts';

type Hook = IptablesTable['hooks'][number];

/** The lines that put the hooks of one table right; none when they are. `layout`: where ours stand now. */
export function hookLines(layout: HookLayout, wanted: readonly Hook[]): string[] {
  const chains = new Set([...layout.keys(), ...wanted.map((h) => h.chain)]);
  return [...chains].toSorted().flatMap((chain) => {
    const hooks = wanted.filter((h) => h.chain === chain);
    const present = layout.get(chain) ?? [];
    if (isRight(present, hooks)) return [];
    const gone = present.filter((text) => text !== undefined).map((text) => `-D ${chain} ${text}`);
    const inserted = hooks.filter((h) => h.position === 'insert');
    const appended = hooks.filter((h) => h.position === 'append');
    // Each insertion goes above the last one.
    return [...gone, ...inserted.toReversed().map(hookLine), ...appended.map(hookLine)];
  });
}

/**
 * Puts in those that are not there; nothing that is there goes. In a chain that gets one, all of `wanted` are put in anew, so
 * that they stand in their order and a later step, tested before this one is committed, has nothing to move.
 */
export function withMissing(
  layout: HookLayout,
  wanted: readonly Hook[],
): { readonly lines: readonly string[]; readonly layout: HookLayout } {
  const next = new Map(layout);
  const lines: string[] = [];
  for (const chain of new Set(wanted.map((h) => h.chain))) {
    const hooks = wanted.filter((h) => h.chain === chain);
    const present = layout.get(chain) ?? [];
    if (hooks.every((h) => present.some((text) => isHook(text, h)))) continue;
    const stays = present.filter((text) => !hooks.some((h) => isHook(text, h)));
    const moved = present.filter((text) => text !== undefined && !stays.includes(text));
    const [inserted, appended] = (['insert', 'append'] as const).map((end) =>
      hooks.filter((h) => h.position === end),
    );
    lines.push(...moved.map((text) => `-D ${chain} ${text ?? ''}`));
    lines.push(...(inserted ?? []).toReversed().map(hookLine), ...(appended ?? []).map(hookLine));
    const texts = (some: readonly Hook[] = []) => some.map(hookRuleText);
    next.set(chain, [...texts(inserted), ...stays, ...texts(appended)]);
  }
  return { lines, layout: next };
}

/** What `hookLines` does, for people: which hooks come, go, or stand in the wrong place. */
export function hookChanges(
  layout: HookLayout,
  wanted: readonly Hook[],
  about: Pick<Change, 'subject' | 'label'>,
): Change[] {
  const chains = new Set([...layout.keys(), ...wanted.map((h) => h.chain)]);
  return [...chains].toSorted().flatMap((chain) => {
    const hooks = wanted.filter((h) => h.chain === chain);
    const present = layout.get(chain) ?? [];
    if (isRight(present, hooks)) return [];
    const left = present.map((text, i) => ({ text, i })).filter(({ text }) => text !== undefined);
    const object = 'hook' as const;
    const changes = hooks.flatMap((hook): Change[] => {
      const after = hookLine(hook);
      const at = left.findIndex(({ text }) => isHook(text, hook));
      if (at < 0) return [{ action: 'add', object, ...about, after }];
      const [found] = left.splice(at, 1);
      const i = found?.i ?? 0;
      const end = hook.position === 'insert' ? present.slice(0, i) : present.slice(i);
      if (!end.includes(undefined)) return [];
      const before = `-A ${chain} ${found?.text ?? ''} (rule ${i + 1} of ${present.length})`;
      return [{ action: 'change', object, ...about, before, after }];
    });
    const gone = left.map(({ text }): Change => {
      return { action: 'remove', object, ...about, before: `-A ${chain} ${text ?? ''}` };
    });
    return [...gone, ...changes];
  });
}

function isRight(present: readonly (string | undefined)[], hooks: readonly Hook[]): boolean {
  const ours = present.filter((text) => text !== undefined).length;
  if (ours !== hooks.length) return false;
  const inserted = hooks.filter((h) => h.position === 'insert');
  const appended = hooks.filter((h) => h.position === 'append');
  return (
    inserted.every((h, i) => isHook(present[i], h)) &&
    appended.every((h, i) => isHook(present[present.length - appended.length + i], h))
  );
}

function isHook(text: string | undefined, hook: Hook): boolean {
  return text !== undefined && sameRuleText(text, hookRuleText(hook));
}

/** iptables-save quotes what needs no quotes and the other way round, and decides itself where a comment stands. */
export function sameRuleText(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

function normal(text: string): string {
  const comment = /-m comment --comment ("[^"]*"|\S+)/.exec(text);
  const rest = comment ? text.replace(comment[0], '') : text;
  return `${rest.trim().replace(/\s+/g, ' ')}\n${comment?.[1]?.replace(/"/g, '') ?? ''}`;
}

/** The layout right after `hooks` were put in. Of others nothing is known; the gap says that they may stand between. */
export function layoutOf(hooks: readonly Hook[]): HookLayout {
  const layout = new Map<string, (string | undefined)[]>();
  for (const chain of new Set(hooks.map((h) => h.chain))) {
    const at = (position: Hook['position']) =>
      hooks.filter((h) => h.chain === chain && h.position === position).map(hookRuleText);
    layout.set(chain, [...at('insert'), undefined, ...at('append')]);
  }
  return layout;
}
