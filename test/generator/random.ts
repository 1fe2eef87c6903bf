// The generator's own random numbers: the same seed gives the same everything, on every machine and Node version.

export interface Random {
  /** Integer from 0 to n - 1. */
  below(n: number): number;
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** `count` different ones, in their order. */
  some<T>(values: readonly T[], count: number): T[];
  /** The first value whose weight is hit; weights are relative. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T;
}

/** mulberry32 over a seed that is stirred first, so that seeds 1, 2, 3 … have nothing in common. */
export function random(seed: number): Random {
  let state = Math.imul((seed ^ 0x9e3779b9) >>> 0, 0x85ebca6b) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(values: readonly T[]): T => {
    if (values.length === 0) throw new Error('nothing to pick from');
    return values[below(values.length)] as T;
  };
  return {
    below,
    pick,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => next() < probability,
    some: (values, count) => {
      const left = [...values.keys()];
      const chosen = new Set<number>();
      while (chosen.size < count && left.length > 0)
        chosen.add(left.splice(below(left.length), 1)[0] as number);
      return values.filter((_, index) => chosen.has(index));
    },
    weighted: (choices) => {
      let at = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of choices) {
        at -= weight;
        if (at < 0) return value;
      }
      return pick(choices)[1];
    },
  };
}

/** TORTIE_SEED, or a new seed; print it. */
export function seedFromEnvironment(): number {
  const given = process.env['TORTIE_SEED'];
  return given ? Number(given) >>> 0 : (Date.now() ^ (process.pid << 16)) >>> 0;
}
