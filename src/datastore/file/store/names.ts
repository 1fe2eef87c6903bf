// The file of a new object: <kind>/<namespace>/<name>.yaml. What could mean something to a file system is written as
// %XX, so that no name is hidden, leads anywhere else, or is too long.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { keyText } from '../../keys.ts';
import type { ObjectKey } from '../../types.ts';

/** Of 255, with room for an extension and a number. */
const LONGEST = 200;

export function freePath(root: string, key: ObjectKey): string {
  const { kind, namespace, name } = key;
  const folder = join(root, kind, ...(namespace === undefined ? [] : [part(namespace)]));
  // Another object may have been moved there by hand.
  for (let number = 1; ; number++) {
    const path = join(folder, `${part(name)}${number === 1 ? '' : `~${number}`}.yaml`);
    if (!existsSync(path)) return path;
  }

  function part(text: string): string {
    const safe = text.replace(/[^A-Za-z0-9._-]/gu, escaped).replace(/^\./, '%2E');
    if (safe.length <= LONGEST) return safe;
    const hash = createHash('sha256').update(keyText(key)).digest('hex').slice(0, 16);
    return `${safe.slice(0, LONGEST - 17)}-${hash}`;
  }
}

const escaped = (letter: string): string =>
  [...Buffer.from(letter)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
