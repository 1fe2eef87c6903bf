// What every command gets: the streams, the colours, and one way to report problems with the lines they stand in.
import { formatProblems, type Problem } from '../errors/index.ts';
import type { Io } from './io.ts';
import { type Style, styleOf, wantsColor, type When } from './style.ts';

export interface GlobalOptions {
  readonly color: When;
  readonly debug: boolean;
}

export type Sources = (file: string) => string | undefined;

export interface Context {
  readonly io: Io;
  readonly debug: boolean;
  /** Whether standard output takes colour, and the colours for it. */
  readonly color: boolean;
  readonly style: Style;
  /** Makes the text of input files known, so that problems are shown in their lines. */
  addSources(sources: Sources): void;
  readonly sources: Sources;
  print(text: string): void;
  /** Problems on standard error; nothing for none. */
  report(problems: readonly Problem[]): void;
}

export function createContext(io: Io, { color: when, debug }: GlobalOptions): Context {
  const known: Sources[] = [];
  const color = wantsColor(when, io.env, io.stdout);
  const sources: Sources = (file) => {
    for (const source of known) {
      const text = source(file);
      if (text !== undefined) return text;
    }
    return undefined;
  };
  return {
    io,
    debug,
    color,
    style: styleOf(color),
    sources,
    addSources: (more) => known.push(more),
    print: (text) => io.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`),
    report: (problems) => {
      if (problems.length === 0) return;
      const text = formatProblems(problems, { source: sources, color: wantsColor(when, io.env, io.stderr) });
      io.stderr.write(`${text}\n`);
    },
  };
}
