// Plays a recorded session of calicoctl through our command line and says where we differ. A transcript is text:
// `$ command`, what it printed (standard output before standard error), and `[rc=N]`, which may be missing for success.
// Identities and times are numbered in the order in which they appear, so that what is the same there must be the same
// here. A difference that is meant is listed with its reason; one that is listed and does not occur is an error too.
import { writeFileSync } from 'node:fs';

export interface Step {
  readonly line: number;
  readonly command: string;
  readonly output: string;
  readonly status: number;
}

export interface Played {
  readonly output: string;
  readonly status: number;
}

export interface Deviation {
  /** The recorded command. */
  readonly command: string;
  readonly reason: string;
  /** What is expected in place of the recording; without it the step is not played. */
  readonly instead?: (recorded: Played) => Played;
}

export interface Stage {
  /** Answers undefined for a program that it does not know. */
  readonly run: (
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
  ) => Promise<Played | undefined>;
  readonly deviations: readonly Deviation[];
  /** Where `cat FILE` puts what it shows. */
  readonly pathOf: (file: string) => string;
  /** For both sides, before they are compared. */
  readonly normalise?: (output: string) => string;
  /** What else is numbered, and what numbers are called. */
  readonly identities?: Identities;
}

type Identities = readonly (readonly [name: string, pattern: RegExp])[];

export function readTranscript(text: string): readonly Step[] {
  const steps: Step[] = [];
  let step: { line: number; command: string; output: string[] } | undefined;
  const end = () => {
    if (!step) return;
    const whole = step.output.join('\n');
    const [, output = whole, status = '0'] = /^([\s\S]*?)\[rc=(\d+)\]\s*$/.exec(whole) ?? [];
    steps.push({ line: step.line, command: step.command, output, status: Number(status) });
  };
  text.split('\n').forEach((line, index) => {
    if (line.startsWith('$ ')) {
      end();
      step = { line: index + 1, command: line.slice(2), output: [] };
    } else step?.output.push(line);
  });
  end();
  return steps;
}

/** One text for each difference. */
export async function playTranscript(steps: readonly Step[], stage: Stage): Promise<readonly string[]> {
  const [theirs, ours] = [numbering(stage.identities), numbering(stage.identities)];
  const unused = new Set(stage.deviations);
  const differences: string[] = [];
  for (const { line, command, output, status } of steps) {
    const { argv, env } = wordsOf(command);
    if (argv[0] === 'cat' && argv[1] !== undefined) {
      writeFileSync(stage.pathOf(argv[1]), output);
      continue;
    }
    const deviation = stage.deviations.find((each) => each.command === command);
    if (deviation) unused.delete(deviation);
    if (deviation && !deviation.instead) continue;
    const played = await stage.run(argv, env);
    if (!played) {
      differences.push(`line ${line}: nobody plays ${command}`);
      continue;
    }
    const recorded = deviation?.instead?.({ output, status }) ?? { output, status };
    const normalise = stage.normalise ?? ((all: string) => all);
    const [expected, got] = [theirs(normalise(recorded.output)), ours(normalise(played.output))];
    if (expected !== got || recorded.status !== played.status)
      differences.push(
        `line ${line}: $ ${command}\n--- recorded, status ${recorded.status}\n${expected}\n--- here, status ${played.status}\n${got}`,
      );
  }
  for (const { command } of unused) differences.push(`not in the transcript: ${command}`);
  return differences;
}

const IDENTITIES: Identities = [
  ['uid', /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g],
  ['guid', /\b[0-9a-f]{32}\b/g],
];

function numbering(more: Identities = []): (output: string) => string {
  const seen = new Map<string, string>();
  return (output) =>
    [...IDENTITIES, ...more].reduce(
      (text, [what, pattern]) =>
        text.replace(pattern, (identity) => {
          const known = seen.get(identity) ?? `<${what} ${seen.size + 1}>`;
          seen.set(identity, known);
          return known;
        }),
      output.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>'),
    );
}

/** Words as a shell splits them: quotes, a comment behind blanks, assignments in front. */
export function wordsOf(command: string): {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  const words = [...command.replace(/\s+#.*$/, '').matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
  const env: Record<string, string> = {};
  while (/^[A-Z_0-9]+=/.test(words[0] ?? '')) {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(words.shift() ?? '') ?? [];
    env[name] = value;
  }
  return { argv: words, env };
}
