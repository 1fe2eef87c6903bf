// `-o go-template=…` and `go-template-file=…`, as calicoctl has them: Go's text/template over the list of results, with
// Go's names of fields or JSON's. By hand, since no package of npm does it that is free and kept. Contract:
//   compileTemplate(source): Template          throws TortieError with the place of what is wrong
//   template.print(results, settings): string  results are objects or lists of a kind, as plain JSON
// lex.ts → parse.ts → evaluate.ts with functions.ts; shapes.ts is what Go's types add to JSON.
import { evaluate } from './evaluate.ts';
import { failIn, type Source } from './fault.ts';
import { FUNCTIONS, type Settings } from './functions.ts';
import { parseTemplate } from './parse.ts';

export interface Template {
  /** Whether it asks for what is not in the results. */
  readonly asksConfig: boolean;
  readonly print: (
    results: readonly { readonly kind: string }[],
    settings: Settings & { readonly clean?: (text: string) => string },
  ) => string;
}

export function compileTemplate(source: Source): Template {
  const nodes = shallow(source, () => parseTemplate(source, new Set(FUNCTIONS.keys())));
  return {
    asksConfig: /\bconfig\b/.test(source.text),
    print: (results, { clean = (text) => text, ...settings }) =>
      evaluate(nodes, { value: results, shape: { type: 'results' } }, { ...settings, clean, source }),
  };
}

/** Templates and their data are walked by calls in calls. */
function shallow<T>(source: Source, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return failIn(source)({ at: 0, length: 1 }, 'the template is nested too deeply');
  }
}
