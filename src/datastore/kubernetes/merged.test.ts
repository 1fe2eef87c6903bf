// Streams as one: what happens to the others when one ends, fails, or says nothing.
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { merged } from './merged.ts';

const ended: string[] = [];
async function* counting(name: string, to: number, signal: AbortSignal): AsyncGenerator<string, void> {
  try {
    for (let n = 0; n < to && !signal.aborted; n++) yield `${name}${n}`;
  } finally {
    ended.push(name);
  }
}
// oxlint-disable-next-line require-yield
async function* silent(signal: AbortSignal): AsyncGenerator<string, void> {
  await new Promise<void>((done) => signal.addEventListener('abort', () => done()));
  ended.push('silent');
}

it('gives what each says; the end of one ends all', async () => {
  ended.length = 0;
  const seen: string[] = [];
  for await (const each of merged([(s) => counting('a', 3, s), silent], undefined)) seen.push(each);
  expect(seen).toEqual(['a0', 'a1', 'a2']);
  expect(ended.toSorted()).toEqual(['a', 'silent']);
});

it('the failure of one is the failure of all, also of two at once', async () => {
  ended.length = 0;
  // oxlint-disable-next-line require-yield
  const failing = async function* (): AsyncGenerator<string, void> {
    await turn();
    throw new Error('broken');
  };
  const read = async () => {
    for await (const _ of merged([failing, failing, silent], undefined));
  };
  await expect(read()).rejects.toThrow('broken');
  expect(ended).toEqual(['silent']);
});

it('ends all when it is left, or told to', async () => {
  ended.length = 0;
  for await (const each of merged([(s) => counting('a', 9, s), silent], undefined)) if (each === 'a1') break;
  expect(ended.toSorted()).toEqual(['a', 'silent']);
  const stop = new AbortController();
  const left = merged([silent, silent], stop.signal).next();
  stop.abort();
  expect(await left).toEqual({ done: true, value: undefined });
});

it('keeps nothing of what has passed while one of them is silent', async () => {
  const passed: WeakRef<object>[] = [];
  const busy = async function* (signal: AbortSignal): AsyncGenerator<object, void> {
    while (!signal.aborted) {
      const event = {};
      passed.push(new WeakRef(event));
      yield event;
    }
  };
  const quiet = (signal: AbortSignal) => silent(signal) as AsyncGenerator<object, void>;
  const stop = new AbortController();
  const stream = merged<object>([busy, quiet], stop.signal);
  for (let n = 0; n < 200; n++) await stream.next();
  await turn();
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  expect(passed.filter((each) => each.deref() !== undefined).length).toBeLessThan(10);
  stop.abort();
  await stream.return();
});
