// Changes for people: a tree, grouped by endpoint, policy and set, in the signs that everybody knows (`+` comes, `~`
// changes, `-` goes), with the policy rule and the place in a file behind each; and the commands that a plan would run.
import { bySubject, causeText, type Locate, placeText, summary } from './print-shared.ts';
import type { Change, Command, Plan } from './types.ts';

export interface HumanOptions {
  readonly locate?: Locate;
  /** In the terminal's green, yellow and red. */
  readonly color?: boolean;
  /** Paints a line in another way; the line is as it comes from the ruleset, control characters included. */
  readonly paint?: (action: Change['action'], line: string) => string;
  /** Members of a set that are shown; default 10. */
  readonly members?: number;
}

const SIGN = { add: '+', change: '~', remove: '-' } as const;
const ACTION = { '+': 'add', '~': 'change', '-': 'remove' } as const;
const COLOR = { add: 32, change: 33, remove: 31 } as const;

function colored(action: Change['action'], line: string): string {
  return `\u001b[${COLOR[action]}m${line}\u001b[39m`;
}

const plain = (_action: Change['action'], line: string): string => line;

/** Ends with the summary line and a newline. */
export function printHuman(changes: readonly Change[], options: HumanOptions = {}): string {
  if (changes.length === 0) return 'No changes. The node matches the policy.\n';
  const lines: string[] = [];
  for (const group of bySubject(changes).values()) lines.push(...groupLines(group, options), '');
  const { add, change, remove } = summary(changes);
  lines.push(`Plan: ${add} to add, ${change} to change, ${remove} to remove.`);
  return `${lines.join('\n')}\n`;
}

function groupLines(group: readonly Change[], options: HumanOptions): string[] {
  const [first] = group;
  if (!first) return [];
  const whole = group.find((c) => c.object !== 'rule' && c.object !== 'map-element' && c.object !== 'hook');
  const action = whole?.action ?? 'change';
  const paint = (sign: keyof typeof ACTION, line: string) =>
    (options.paint ?? (options.color === true ? colored : plain))(ACTION[sign], line);
  const owner = first.cause?.resource;
  const because = owner === undefined ? '' : reason({ resource: owner }, first.label, options);
  const subject = first.label.endsWith(first.subject) ? '' : `  [${first.subject}]`;
  const lines = [paint(SIGN[action], `${SIGN[action]} ${first.label}${subject}`) + because];
  for (const change of group) {
    for (const [sign, text] of details(change, options.members ?? 10)) {
      // What the heading says is not said again on every line.
      const own = change.cause?.rule !== undefined || change.cause?.resource !== owner;
      const cause =
        change.object === 'rule' && sign !== '-' && own ? reason(change.cause, first.label, options) : '';
      lines.push(paint(sign, `    ${sign} ${text}`) + cause);
    }
  }
  return lines;
}

/** `   # because NetworkPolicy/prod/web ingress rule 2 (web.yaml:14)`, without what the heading already names. */
function reason(cause: Change['cause'], heading: string, { locate }: HumanOptions): string {
  const text = causeText(cause);
  if (cause === undefined || text === undefined) return '';
  const place = placeText(cause, locate);
  const named = cause.rule === undefined && heading.includes(text);
  if (named) return place === undefined ? '' : `   # ${place}`;
  return place === undefined ? `   # because ${text}` : `   # because ${text} (${place})`;
}

function details(change: Change, shown: number): (readonly ['+' | '~' | '-', string])[] {
  const { before, after, added = [], removed = [] } = change;
  return [
    ...(before === undefined ? [] : [['-', before] as const]),
    ...(after === undefined ? [] : [['+', after] as const]),
    ...memberLines('-', removed, shown),
    ...memberLines('+', added, shown),
  ];
}

function memberLines(
  sign: '+' | '-',
  members: readonly string[],
  shown: number,
): (readonly ['+' | '-', string])[] {
  if (members.length === 0) return [];
  const noun = members.length === 1 ? 'member' : 'members';
  const note = members.length > shown ? ` (first ${shown} shown)` : '';
  return [[sign, `${members.length} ${noun}${note}: ${members.slice(0, shown).join(', ')}`]];
}

/** `# would run` and, for each command, its purpose, its arguments, and its input as a here-document. */
export function printCommands(plan: Pick<Plan, 'prepare' | 'tests' | 'commands'>): string {
  const commands: readonly Command[] = [...plan.prepare, ...plan.tests, ...plan.commands];
  if (commands.length === 0) return '';
  const texts = commands.map((c) => `# ${c.purpose}\n${c.argv.join(' ')} <<'END'\n${c.stdin}END\n`);
  return `# would run:\n${texts.join('\n')}`;
}
