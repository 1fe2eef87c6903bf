// What is wrong with a template, with its place in it.
import { problem, TortieError } from '../../../errors/index.ts';
import type { Span } from './ast.ts';

/** The file's name, or what a template of the command line is called. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

export type Fail = (span: Span, message: string, hint?: string) => never;

export const failIn =
  ({ name, text }: Source): Fail =>
  ({ at, length }, message, hint) => {
    const before = text.slice(0, at).split('\n');
    const place = {
      file: name,
      line: before.length,
      column: (before.at(-1) ?? '').length + 1,
      length: Math.max(1, length),
    };
    throw new TortieError([problem('cli/template', message, { place, ...(hint !== undefined && { hint }) })]);
  };
