// Tables in Markdown, and what the command line asks for.

export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  console.log(line(head));
  console.log(line(head.map(() => '---')));
  for (const row of rows) console.log(line(row));
  console.log('');
}

export function seconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms >= 1) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  return `${(ms * 1000).toFixed(ms < 0.01 ? 1 : 0)} µs`;
}

/** Ours as a share of theirs: `1/12`. */
export function share(ours: number, theirs: number): string {
  const ratio = theirs / ours;
  return ratio >= 1 ? `1/${ratio.toFixed(ratio < 10 ? 1 : 0)}` : `${(ours / theirs).toFixed(2)} ×`;
}

export interface Options {
  /** Workloads whose name contains one of these; all if empty. */
  readonly names: readonly string[];
  /** Sizes as shares of Felix's: `--sizes 1,1/2,1/4,1/8`. */
  readonly sizes: readonly number[];
  readonly runs: number;
}

/** `[name …] [--sizes 1,1/2] [--runs 3]` */
export function readOptions(defaultRuns = '3'): Options {
  const args = process.argv.slice(2);
  const option = (name: string, fallback: string): string => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? fallback : (args.splice(at, 2)[1] ?? fallback);
  };
  const sizes = option('sizes', '1')
    .split(',')
    .map((text) => {
      const [of = '1', by = '1'] = text.split('/');
      return Number(of) / Number(by);
    });
  const runs = Number(option('runs', defaultRuns));
  return { sizes, runs, names: args };
}

export function wanted(name: string, { names }: Options): boolean {
  return names.length === 0 || names.some((part) => name.includes(part));
}
