// The input of one command as it grows, with the origin of each line, so that a refusal can be traced back.
import type { ChainText } from '../render/ruleset.ts';
import type { Command, LineOrigin } from './types.ts';

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
  const text = (): string => (parts.length === 0 ? '' : `${parts.join('\n')}\n`);
  return {
    add,
    addAll: (lines, origin) => {
      for (const line of lines) add(line, origin);
    },
    addRules: (lines, chain) => {
      lines.forEach((line, i) => {
        const rule = chain.rules[i]?.rule;
        add(line, rule === undefined ? chainOrigin(chain) : { ...chainOrigin(chain), rule });
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
