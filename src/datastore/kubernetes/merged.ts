// Several streams as one, in the order in which their parts arrive. The first that fails ends all; the end of one ends
// all as well, since a consumer cannot go on with half of what it asked for.
import { link } from '../abort.ts';

type Start<T> = (signal: AbortSignal) => AsyncGenerator<T, void>;

export async function* merged<T>(
  starts: readonly Start<T>[],
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void> {
  const stop = link(signal);
  const streams = starts.map((start) => start(stop.signal));
  const arrived: (() => IteratorResult<T, void>)[] = [];
  let wake: () => void = () => undefined;
  // A queue of at most one for each stream. Racing their promises again and again would keep, on that of a quiet
  // stream, every event of a busy one.
  const next = (stream: AsyncGenerator<T, void>) => {
    const arrive = (take: () => IteratorResult<T, void>, again: boolean) => {
      arrived.push(() => {
        const result = take();
        if (again) next(stream);
        return result;
      });
      wake();
    };
    stream.next().then(
      (result) => arrive(() => result, !result.done),
      (error: unknown) => arrive(() => fail(error), false),
    );
  };
  try {
    for (const stream of streams) next(stream);
    for (;;) {
      const take = arrived.shift();
      if (!take) {
        await new Promise<void>((done) => (wake = done));
        continue;
      }
      const result = take();
      if (result.done) return;
      yield result.value;
    }
  } finally {
    stop.abort();
    await Promise.allSettled(streams.map((stream) => stream.return()));
    stop.release();
  }
}

function fail(error: unknown): never {
  throw error;
}
