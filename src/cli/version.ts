// The version of tortie: that of the nearest package.json above this file, which is two folders up in the sources and
// three in the bundle (dist/bin/chunks).
import { existsSync, readFileSync } from 'node:fs';

export function version(): string {
  const file = ['../../package.json', '../../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  const found: unknown = file && JSON.parse(readFileSync(file, 'utf8'));
  if (typeof found === 'object' && found !== null && 'version' in found && typeof found.version === 'string')
    return found.version;
  return 'unknown';
}
