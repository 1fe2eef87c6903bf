// How changes and plans are shown: the three forms that plan, diff and enforce share.
import { escapeControls } from '../errors/index.ts';
import {
  type Change,
  type Command,
  type Plan,
  printCommands,
  printHuman,
  printJson,
  printUnified,
} from '../plan/index.ts';
import type { Context } from './context.ts';
import type { Locate } from './load.ts';

export type PlanFormat = 'text' | 'unified' | 'json';

export interface ChangesView {
  readonly output: PlanFormat;
  readonly locate: Locate;
  /** Names of the two sides in a unified diff. */
  readonly from: string;
  readonly to: string;
  /** What is said where nothing differs, if no kernel was asked. */
  readonly same?: string;
}

export function printChanges(context: Context, changes: readonly Change[], view: ChangesView): void {
  const { output, locate, from, to, same } = view;
  if (output === 'json') context.print(printJson({ changes, problems: [] }, { locate }));
  else if (output === 'unified') context.print(printUnified(changes, { from, to }));
  else if (changes.length === 0 && same !== undefined) context.print(same);
  else context.print(printHuman(changes.map(printable), { locate, color: context.color }));
}

/** A label holds a selector as it was written, whatever characters are in its strings. */
const printable = (change: Change): Change => ({ ...change, label: escapeControls(change.label) });

/** Lines of a command's input that are shown unless all are asked for. */
const SHOWN = 12;

export function commandsText(plan: Plan, options: { readonly showInput: boolean }): string {
  if (options.showInput) return printCommands(plan);
  const shorten = (commands: readonly Command[]) =>
    commands.map((c) => ({ ...c, stdin: firstLines(c.stdin) }));
  const { prepare, tests, commands } = plan;
  return printCommands({
    ...plan,
    prepare: shorten(prepare),
    tests: shorten(tests),
    commands: shorten(commands),
  });
}

function firstLines(text: string): string {
  const lines = text.split('\n');
  const more = lines.length - 1 - SHOWN;
  if (more <= 0) return text;
  return `${lines.slice(0, SHOWN).join('\n')}\n… ${more} more lines, see --show-input\n`;
}
