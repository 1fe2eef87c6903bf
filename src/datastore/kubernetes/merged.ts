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
  const next = (at: number) => streams[at]!.next().then((result) => ({ at, result }));
  const waiting = streams.map((_, at) => next(at));
  try {
    for (;;) {
      const { at, result } = await Promise.race(waiting);
      if (result.done) return;
      waiting[at] = next(at);
      yield result.value;
    }
  } finally {
    stop.abort();
    for (const each of waiting) each.catch(() => undefined);
    await Promise.allSettled(streams.map((stream) => stream.return()));
    stop.release();
  }
}
