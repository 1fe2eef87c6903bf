// Exit statuses, as diff and kubectl have them: 0 fine, 1 a difference or a finding, 2 an error of usage or otherwise.
import { type Problem, problem, TortieError } from '../errors/index.ts';

export const OK = 0;
export const FOUND = 1;
export const FAILED = 2;
/** What was enforced was not confirmed in time. */
export const ROLLED_BACK = 3;

/** Ends the command with status 2. The message is one line without a full stop. */
export function fail(code: string, message: string, hint?: string): never {
  throw new TortieError([problem(code, message, hint === undefined ? {} : { hint })]);
}

export const errorsOf = (problems: readonly Problem[]): Problem[] =>
  problems.filter((p) => p.severity === 'error');
