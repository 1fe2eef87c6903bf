// HostFacts from a file: as JSON (docs/host-facts.schema.json), or the output of `ip -j addr` as it is.
import { readFile } from 'node:fs/promises';
import { type Problem, problem, TortieError } from '../errors/index.ts';
import { type HostFacts, parseHostFacts } from '../policy/index.ts';

/** Throws TortieError with every problem of the file. */
export async function readHostFile(file: string): Promise<HostFacts> {
  const place = { file };
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    return refuse([problem('host-facts/unreadable', `cannot read the host file: ${why}`, { place, cause })]);
  });
  const { value, problems } = parseHostFacts(parseJson(text, file));
  return value ?? refuse(problems.map((p) => ({ ...p, place })));
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const hint = 'write it with `ip -j addr > FILE`';
    return refuse([
      problem('host-facts/syntax', 'the host file is not JSON', { place: { file }, hint, cause }),
    ]);
  }
}

function refuse(problems: readonly Problem[]): never {
  throw new TortieError(problems);
}
