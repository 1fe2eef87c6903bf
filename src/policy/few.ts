// A set that mostly holds one thing, of which there may be hundreds of thousands: nothing, the thing itself, or a Set.

/** The thing must not be a Set itself. */
export type Few<T extends object> = T | Set<T> | undefined;

export function withOne<T extends object>(few: Few<T>, thing: T): Few<T> {
  if (few === undefined || few === thing) return thing;
  return few instanceof Set ? few.add(thing) : new Set([few, thing]);
}

/** Undefined when nothing is left. */
export function withoutOne<T extends object>(few: Few<T>, thing: T): Few<T> {
  if (!(few instanceof Set)) return few === thing ? undefined : few;
  few.delete(thing);
  return few.size > 0 ? few : undefined;
}

export function each<T extends object>(few: Few<T>): Iterable<T> {
  if (few === undefined) return NONE;
  return few instanceof Set ? few : [few];
}

/** Adds to the entry of a map. */
export function putInto<K, T extends object>(map: Map<K, Few<T>>, key: K, thing: T): void {
  const before = map.get(key);
  const after = withOne(before, thing);
  if (after !== before) map.set(key, after);
}

/** Takes from the entry of a map, which goes when nothing is left in it. */
export function takeFrom<K, T extends object>(map: Map<K, Few<T>>, key: K, thing: T): void {
  const before = map.get(key);
  const after = withoutOne(before, thing);
  if (after === undefined) map.delete(key);
  else if (after !== before) map.set(key, after);
}

const NONE: readonly never[] = Object.freeze([]);
