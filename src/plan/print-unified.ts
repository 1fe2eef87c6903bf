// Changes as a unified diff: one file per chain, map or set, for review tools and pipes. There is no context, since an
// unchanged rule is not part of a change.
import { bySubject } from './print-shared.ts';
import type { Change } from './types.ts';

export interface UnifiedOptions {
  /** Names of the two sides; default `live` and `wanted`. */
  readonly from?: string;
  readonly to?: string;
}

/** Empty for no changes. */
export function printUnified(
  changes: readonly Change[],
  { from = 'live', to = 'wanted' }: UnifiedOptions = {},
): string {
  const files = [...bySubject(changes).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const lines = group.flatMap(lineTexts);
    if (lines.length === 0) return [];
    const whole = group.find((c) => c.object === 'chain' || c.object === 'set' || c.object === 'map');
    const minus = lines.filter((l) => l.startsWith('-')).length;
    const plus = lines.length - minus;
    return [
      `--- ${whole?.action === 'add' ? '/dev/null' : `${from}/${first.subject}`}`,
      `+++ ${whole?.action === 'remove' ? '/dev/null' : `${to}/${first.subject}`}`,
      `@@ -${minus === 0 ? 0 : 1},${minus} +${plus === 0 ? 0 : 1},${plus} @@ ${first.label}`,
      ...lines,
    ];
  });
  return files.length === 0 ? '' : `${files.join('\n')}\n`;
}

function lineTexts({ before, after, added = [], removed = [] }: Change): string[] {
  return [
    ...(before === undefined ? [] : [`-${before}`]),
    ...removed.map((m) => `-${m}`),
    ...(after === undefined ? [] : [`+${after}`]),
    ...added.map((m) => `+${m}`),
  ];
}
