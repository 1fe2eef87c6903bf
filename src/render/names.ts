// Names with a length limit, made as Calico makes them: the readable name while it fits, else its hash.
import { textHash } from './hash.ts';

/**
 * `prefix + suffix` if it fits into `max` characters, else `prefix_` and as much of the suffix' hash as fits. A name of
 * exactly `max` characters whose suffix starts with `_` is hashed too, since it could be somebody else's hash.
 */
export function limitedName(prefix: string, suffix: string, max: number): string {
  const text = suffix === '' ? '_' : suffix;
  const length = prefix.length + text.length;
  if (length < max || (length === max && !text.startsWith('_'))) return prefix + text;
  const room = max - 1 - prefix.length;
  if (room < 1) throw new RangeError(`no room for a hash behind the prefix ${prefix} in ${max} characters`);
  return `${prefix}_${textHash(text).slice(0, room)}`;
}
