// The input of one command as it grows, with the origin of each line, so that a refusal can be traced back.
import type { Problem } from '../errors/problem.ts';
import type { ChainText } from '../render/ruleset.ts';
import type { Change, Command, LineOrigin, Plan } from './types.ts';

export interface Script {
  add(line: string, origin?: LineOrigin): void;
  addAll(lines: readonly string[], origin?: LineOrigin): void;
  /** One line for each rule of the chain, in order. */
  addRules(lines: readonly string[], chain: ChainText): void;
  readonly size: number;
  text(): string;
  command(argv: readonly string[], purpose: string, more?: Pick<Command, 'undo' | 'mayFail'>): Command;
}

export function script(): Script {
  const parts: string[] = [];
  const origins = new Map<number, LineOrigin>();
  const add = (line: string, origin?: LineOrigin): void => {
    parts.push(line);
    if (origin) origins.set(parts.length, origin);
  };
  let joined: { readonly size: number; readonly text: string } | undefined;
  const text = (): string => {
    if (joined?.size !== parts.length) {
      joined = { size: parts.length, text: parts.length === 0 ? '' : `${parts.join('\n')}\n` };
    }
    return joined.text;
  };
  return {
    add,
    addAll: (lines, origin) => {
      for (const line of lines) add(line, origin);
    },
    addRules: (lines, chain) => {
      const origin = chainOrigin(chain);
      lines.forEach((line, i) => {
        const rule = chain.rules[i]?.rule;
        add(line, rule === undefined ? origin : { ...origin, rule });
      });
    },
    get size() {
      return parts.length;
    },
    text,
    command: (argv, purpose, more = {}) => ({ argv, stdin: text(), purpose, lines: origins, ...more }),
  };
}

export function chainOrigin(chain: Pick<ChainText, 'name' | 'cause'>): LineOrigin {
  return { chain: chain.name, ...(chain.cause !== undefined && { resource: chain.cause }) };
}

/** A plan whose changes are worked out when somebody reads them: carrying it out does not need them. */
export function planOf(
  parts: Omit<Plan, 'changes' | 'problems'>,
  changes: () => readonly Change[],
  problems: readonly Problem[] = [],
): Plan {
  let known: readonly Change[] | undefined;
  return {
    ...parts,
    problems,
    get changes() {
      known ??= changes();
      return known;
    },
  };
}

/** The same plan with more to say. */
export function withProblems(plan: Plan, problems: readonly Problem[]): Plan {
  if (problems.length === 0) return plan;
  const { prepare, tests, commands } = plan;
  return planOf({ prepare, tests, commands }, () => plan.changes, [...plan.problems, ...problems]);
}
