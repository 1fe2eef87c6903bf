// `selector check EXPR`: canonical text, id, and the labels it depends on. `selector match EXPR k=v …`: does it match.
import { type Command, Option } from 'commander';
import { escapeControls, TortieError } from '../../errors/index.ts';
import {
  formatSelector,
  type LabelUse,
  labelsOf,
  matches,
  parseSelector,
  type Selector,
  selectorId,
} from '../../selector/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { fail, FOUND, OK } from '../exit.ts';
import { toJson } from '../output.ts';

interface Options {
  readonly output: 'text' | 'json';
}

export const define: CommandModule['define'] = (command, start) => {
  const json = () =>
    new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text');
  const sub = (usage: string, text: string): Command =>
    command.command(usage).description(text).addOption(json());
  sub('check <expression>', 'Print the canonical form, the id and the labels that a selector depends on.')
    .addHelpText('after', '\nExit status: 0 it is a selector, 2 it is none.')
    .action((expression: string, options: Options) =>
      start((context) => check(context, expression, options)),
    );
  sub('match <expression> [labels...]', 'Say whether a selector matches labels, each key=value.')
    .addHelpText('after', '\nExit status: 0 it matches, 1 it does not, 2 an error.')
    .action((expression: string, labels: string[], options: Options) =>
      start((context) => match(context, expression, labels, options)),
    );
};

function check(context: Context, expression: string, { output }: Options): number {
  const selector = parse(context, expression);
  const labels = [...labelsOf(selector)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const canonical = formatSelector(selector);
  const id = selectorId(selector);
  if (output === 'json') {
    const uses = labels.map(([label, use]) => ({
      label,
      presence: use.presence,
      values: [...use.values].toSorted(),
      substrings: use.substrings,
    }));
    context.print(toJson('Selector', { canonical, id, labels: uses }));
    return OK;
  }
  const { bold } = context.style;
  const lines = labels.map(([label, use]) => `  ${label}  ${describe(use)}`);
  context.print(
    [`${bold('canonical')}  ${escapeControls(canonical)}`, `${bold('id')}         ${id}`].join('\n'),
  );
  context.print([bold('depends on'), ...(lines.length > 0 ? lines : ['  no label'])].join('\n'));
  return OK;
}

function describe(use: LabelUse): string {
  const parts = [
    ...(use.presence ? ['its presence'] : []),
    ...(use.values.size > 0
      ? [
          `the values ${[...use.values]
            .toSorted()
            .map((v) => JSON.stringify(v))
            .join(', ')}`,
        ]
      : []),
    ...use.substrings.map(({ op, value }) => `${op} ${JSON.stringify(value)}`),
  ];
  return parts.join('; ');
}

function match(context: Context, expression: string, labels: readonly string[], { output }: Options): number {
  const selector = parse(context, expression);
  const map = new Map(labels.map(splitLabel));
  const matched = matches(selector, map);
  context.print(
    output === 'json'
      ? toJson('SelectorMatch', { canonical: formatSelector(selector), matches: matched })
      : matched
        ? 'match'
        : 'no match',
  );
  return matched ? OK : FOUND;
}

function splitLabel(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) fail('cli/label', `${JSON.stringify(text)} is not a label`, 'write key=value');
  return [text.slice(0, at), text.slice(at + 1)];
}

const NAME = 'selector';

function parse(context: Context, expression: string): Selector {
  context.addSources((file) => (file === NAME ? expression : undefined));
  const { value, problems } = parseSelector(expression, { file: NAME, line: 1, column: 1 });
  if (value === undefined) throw new TortieError(problems);
  context.report(problems);
  return value;
}
