// `validate`: every problem of every document. Problems are what it is asked for, so they are its standard output.
import { formatProblems, type Problem, problemsToJson } from '../../errors/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { errorsOf, FAILED, FOUND, OK } from '../exit.ts';
import { readInput, wholePolicyProblems } from '../load.ts';
import * as options from '../options.ts';
import { toJson } from '../output.ts';

interface Options extends options.InputOptions {
  readonly output: 'text' | 'json';
  readonly strict: boolean;
}

export const define: CommandModule['define'] = (command, start) => {
  options.addInputOptions(command);
  options
    .addOutputOption(command)
    .option('--strict', 'exit 1 for warnings too', false)
    .addHelpText('after', '\nExit status: 0 fine, 1 problems found, 2 a file could not be read.')
    .action((opts: Options) => start((context) => validate(context, opts)));
};

async function validate(context: Context, opts: Options): Promise<number> {
  const loaded = await readInput(context, opts);
  const problems = withoutEchoes(loaded.problems, wholePolicyProblems(loaded));
  const errors = errorsOf(problems);
  const warnings = problems.length - errors.length;
  const resources = loaded.given;
  if (opts.output === 'json') {
    context.print(
      toJson('Validation', {
        resources,
        errors: errors.length,
        warnings,
        problems: problemsToJson(problems),
      }),
    );
  } else {
    const counts = `${count(resources, 'resource')}: ${count(errors.length, 'error')}, ${count(warnings, 'warning')}`;
    const text = formatProblems(problems, { source: context.sources, color: context.color });
    context.print(text === '' ? counts : `${text}\n\n${counts}`);
  }
  if (loaded.unread) return FAILED;
  return errors.length > 0 || (opts.strict && warnings > 0) ? FOUND : OK;
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

/** What the graph says of a place where the files' reader has already found an error is a consequence of it. */
function withoutEchoes(found: readonly Problem[], later: readonly Problem[]): Problem[] {
  const placeOf = ({ place }: Problem) => `${place?.file}:${place?.line}:${place?.column}`;
  const places = new Set(errorsOf(found).map(placeOf));
  return [...found, ...later.filter((p) => p.place === undefined || !places.has(placeOf(p)))];
}
