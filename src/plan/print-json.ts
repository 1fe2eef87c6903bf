// A plan or a diff as JSON for programs: `apiVersion: tortie.dev/v1`, `kind: Plan` or `Diff`. Fields are only added.
import { causeText, type Locate, placeText, summary } from './print-shared.ts';
import type { Change, Plan } from './types.ts';

export interface JsonOptions {
  readonly locate?: Locate;
  readonly pretty?: boolean;
}

/** Ends with a newline. A diff has no commands. */
export function printJson(
  plan: Plan | Pick<Plan, 'changes' | 'problems'>,
  options: JsonOptions = {},
): string {
  const document = {
    apiVersion: 'tortie.dev/v1',
    kind: 'commands' in plan ? 'Plan' : 'Diff',
    summary: summary(plan.changes),
    changes: plan.changes.map((change) => changeJson(change, options.locate)),
    ...('commands' in plan && {
      commands: [...plan.prepare, ...plan.tests, ...plan.commands].map(({ argv, purpose, stdin }) => {
        return { purpose, argv, stdin };
      }),
    }),
    problems: plan.problems.map(({ cause: _cause, ...problem }) => problem),
  };
  return `${JSON.stringify(document, undefined, options.pretty === false ? 0 : 2)}\n`;
}

function changeJson({ cause, ...change }: Change, locate: Locate | undefined) {
  const text = causeText(cause);
  if (cause === undefined || text === undefined) return change;
  const place = placeText(cause, locate);
  return { ...change, cause: { ...cause, ...(place !== undefined && { place }) } };
}
