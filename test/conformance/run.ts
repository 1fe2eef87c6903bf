// One case on one backend: its stages in order, each family apart, every question compared with what is expected.
import { type Family, formatAddress } from '../../src/net/index.ts';
import type { NodePolicy } from '../../src/policy/index.ts';
import type { Packet } from '../../src/verdict/index.ts';
import { compile, interfacesOf } from './compile.ts';
import { record, type Seen } from './results.ts';

export interface Backend {
  readonly name: Seen['backend'];
  /** From now on this is enforced. */
  enforce(policy: NodePolicy): Promise<void>;
  /** Is it let through? */
  ask(packets: readonly Packet[]): Promise<readonly boolean[]> | readonly boolean[];
}

export interface Question {
  readonly text: string;
  readonly packet: Packet;
  /** `undefined`: asked, and not compared. */
  readonly allowed: boolean | undefined;
}

export interface Stage {
  readonly what: string;
  /** All of the input, as `kubectl get -o json` and `calicoctl get -o json` print it. */
  readonly objects: readonly object[];
  /** `interfaces`: of pods, by address. */
  questions(family: Family, interfaces: ReadonlyMap<string, string>): readonly Question[];
  /** What is wrong with the expectation itself, a line each. */
  complaints?(family: Family): readonly string[];
}

export interface Course {
  readonly name: string;
  readonly tags: readonly string[];
  readonly stages: readonly Stage[];
}

const FAMILIES = [4, 6] as const;
const MOST_LINES = 20;

/** What is wrong, a line each: empty is right. Nothing is asked after the first stage that goes wrong. */
export async function runCourse(suite: string, course: Course, backend: Backend): Promise<string[]> {
  const cells = new Map<Family, number>(FAMILIES.map((family) => [family, 0]));
  for (const stage of course.stages) {
    const policy = await compile(stage.objects);
    const interfaces = interfacesOf(policy);
    await backend.enforce(policy);
    for (const family of FAMILIES) {
      const questions = stage.questions(family, interfaces);
      const seen = await backend.ask(questions.map(({ packet }) => packet));
      const wrong = [...(stage.complaints?.(family) ?? []), ...differences(questions, seen)];
      if (wrong.length > 0) return wrong.map((line) => `${stage.what}: ${line}`);
      const compared = questions.filter(({ allowed }) => allowed !== undefined);
      cells.set(family, (cells.get(family) ?? 0) + compared.length);
    }
  }
  for (const [family, count] of cells) {
    const steps = course.stages.length;
    record({ suite, backend: backend.name, family, case: course.name, steps, cells: count });
  }
  return [];
}

function differences(questions: readonly Question[], seen: readonly boolean[]): string[] {
  const lines = questions.flatMap(({ text, packet, allowed }, n) => {
    if (allowed === undefined || allowed === seen[n]) return [];
    const to = formatAddress({ family: packet.family, bits: packet.destination });
    return `IPv${packet.family} ${text} (${to}): expected ${word(allowed)}, is ${word(seen[n])}`;
  });
  return lines.length > MOST_LINES
    ? [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`]
    : lines;
}

const word = (allowed: boolean | undefined): string => (allowed === true ? 'allowed' : 'denied');
