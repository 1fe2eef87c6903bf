// One input as text: not larger than allowed, and UTF-8.
import { open } from 'node:fs/promises';
import { type Problem, problem } from '../../errors/problem.ts';
import { readProblem } from './inputs.ts';

/** A dump of a cluster with thousands of pods. */
export const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;

export type ReadText = { readonly text: string } | { readonly problem: Problem };

/** `stdin` stands in for standard input. */
export async function readText(
  name: string,
  maxBytes: number,
  stdin?: () => Promise<string>,
): Promise<ReadText> {
  try {
    const limit = maxBytes + 1;
    const bytes =
      name !== '-'
        ? await readAtMost(name, limit)
        : stdin
          ? Buffer.from(await stdin())
          : await readStdinAtMost(limit);
    return bytes.length > maxBytes ? { problem: tooLarge(name, maxBytes) } : decodeText(name, bytes);
  } catch (error) {
    return { problem: readProblem(name, error) };
  }
}

/** Also for pipes, whose size is not known. */
async function readAtMost(path: string, limit: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const pieces: Buffer[] = [];
    let size = 0;
    while (size < limit) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(limit - size, 1 << 20)), 0);
      if (bytesRead === 0) break;
      pieces.push(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
    return Buffer.concat(pieces);
  } finally {
    await file.close();
  }
}

export function tooLarge(name: string, maxBytes: number): Problem {
  return problem('file/too-large', `${shown(name)} is larger than ${maxBytes} bytes`, {
    place: { file: name },
    hint: 'raise the limit with --max-file-size',
  });
}

function shown(name: string): string {
  return name === '-' ? 'standard input' : name;
}

export function decodeText(name: string, bytes: Buffer): ReadText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const before = bytes.toString('utf8').split('\ufffd', 1)[0] ?? '';
    const place = { file: name, line: before.split('\n').length };
    return {
      problem: problem('file/not-utf8', `${shown(name)} is not UTF-8 text`, {
        place,
        hint: 'save it as UTF-8',
      }),
    };
  }
}

async function readStdinAtMost(limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of process.stdin) {
    const bytes = Buffer.from(piece as Uint8Array);
    pieces.push(bytes);
    size += bytes.length;
    if (size >= limit) break;
  }
  return Buffer.concat(pieces);
}
