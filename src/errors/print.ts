// The one printer of problems, for people: what, where, the line with the place underlined, and what to do.
//
//   error[selector/syntax]: expected string
//    --> policy.yaml:7:22
//     |
//   7 |       selector: a == b
//     |                      ^
//     = field: spec.ingress[0].source.selector
//     = hint: put the value in quotes
//
// Colour is an option, and the only use of picocolors in the project. Nothing from an input reaches a terminal as a
// control character.
import pc from 'picocolors';
import { formatPath } from './path.ts';
import type { Place, Problem } from './problem.ts';
import { escapeControls, excerpt } from './excerpt.ts';
import { sortProblems } from './sort.ts';

export interface PrintOptions {
  /** The text of an input file, if it can be had; without it, places are named but not shown. */
  readonly source?: (file: string) => string | undefined;
  readonly color?: boolean;
}

type Colors = ReturnType<typeof pc.createColors>;

/** Sorted, an empty line between two problems, no line break at the end; '' for no problems. */
export function formatProblems(problems: Iterable<Problem>, options: PrintOptions = {}): string {
  const colors = pc.createColors(options.color ?? false);
  const lineOf = lineReader(options.source ?? (() => undefined));
  return sortProblems(problems)
    .map((p) => formatProblem(p, lineOf, colors).join('\n'))
    .join('\n\n');
}

type LineOf = (file: string, line: number) => string | undefined;

/** Splits each file once, however many problems it has. */
function lineReader(source: (file: string) => string | undefined): LineOf {
  const files = new Map<string, readonly string[]>();
  return (file, line) => {
    let lines = files.get(file);
    if (lines === undefined) {
      lines = source(file)?.split(/\r\n|\n/) ?? [];
      files.set(file, lines);
    }
    return lines[line - 1];
  };
}

function formatProblem(p: Problem, lineOf: LineOf, colors: Colors): string[] {
  const paint = p.severity === 'error' ? colors.red : colors.yellow;
  const gutter = ' '.repeat(String(p.place?.line ?? '').length);
  const field = (name: string, value: string) =>
    `${gutter} ${colors.blue('=')} ${colors.bold(name)}: ${escapeControls(value)}`;

  const lines = [
    `${colors.bold(paint(`${p.severity}[${p.code}]`))}${colors.bold(`: ${escapeControls(p.message)}`)}`,
  ];
  if (p.place) lines.push(...formatPlace(p.place, gutter, '-->', paint, lineOf, colors));
  if (p.path && p.path.length > 0) lines.push(field('field', formatPath(p.path)));
  if (p.resource !== undefined) lines.push(field('resource', p.resource));
  if (p.hint !== undefined) lines.push(field('hint', p.hint));
  for (const note of p.notes ?? []) {
    lines.push(field('note', note.message));
    if (note.place) lines.push(...formatPlace(note.place, gutter, ':::', colors.blue, lineOf, colors));
  }
  return lines;
}

function formatPlace(
  place: Place,
  gutter: string,
  arrow: string,
  paint: (text: string) => string,
  lineOf: LineOf,
  colors: Colors,
): string[] {
  const where = [escapeControls(place.file), place.line, place.column].filter((part) => part !== undefined);
  const lines = [`${gutter}${colors.blue(arrow)} ${where.join(':')}`];
  const text = place.line === undefined ? undefined : lineOf(place.file, place.line);
  if (text === undefined) return lines;
  const { shown, indent, width } = excerpt(text, place.column, place.length);
  const bar = colors.blue('|');
  const number = String(place.line).padStart(gutter.length);
  lines.push(`${gutter} ${bar}`, `${colors.blue(number)} ${bar} ${shown}`.trimEnd());
  if (width > 0) lines.push(`${gutter} ${bar} ${' '.repeat(indent)}${paint('^'.repeat(width))}`);
  return lines;
}
