// Our jump rules in chains that belong to the kernel: exactly once each, those to insert at the top and those to append
// at the end, in order. Rules of others are neither read nor moved; only ours are taken out and put in.
import type { IptablesTable } from '../render/ruleset.ts';
import { hookLine, hookRuleText } from '../render/iptables/print.ts';
import type { HookLayout } from './types.ts';

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

/** The layout right after `hooks` were put in, as far as ours are concerned: nothing of others is known or needed. */
export function layoutOf(hooks: readonly Hook[]): HookLayout {
  const layout = new Map<string, (string | undefined)[]>();
  for (const position of ['insert', 'append'] as const) {
    for (const hook of hooks) {
      if (hook.position !== position) continue;
      layout.set(hook.chain, [...(layout.get(hook.chain) ?? []), hookRuleText(hook)]);
    }
  }
  return layout;
}
