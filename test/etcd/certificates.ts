// Certificates for one test file, made by openssl and valid for a day.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const words = (text: string) => text.split(' ');

export interface Certificates {
  readonly dir: string;
  /** `<name>.crt` and `<name>.key` in `dir`, signed by `ca`, for 127.0.0.1 alone. */
  readonly issue: (name: string, ca?: string) => Promise<void>;
  readonly path: (file: string) => string;
  readonly text: (file: string) => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** With a `ca` and an `other-ca`. */
export async function makeCertificates(): Promise<Certificates> {
  const dir = await mkdtemp(join(tmpdir(), 'tortie-certs-'));
  const path = (file: string) => join(dir, file);
  const request = (name: string, more: readonly string[]) =>
    run('openssl', [
      ...words('req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1'),
      '-subj',
      `/CN=${name}`,
      '-keyout',
      path(`${name}.key`),
      '-out',
      path(`${name}.crt`),
      ...more,
    ]);
  const issue = async (name: string, ca = 'ca') => {
    const extensions = words(
      '-addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE',
    );
    await request(name, ['-CA', path(`${ca}.crt`), '-CAkey', path(`${ca}.key`), ...extensions]);
  };
  for (const ca of ['ca', 'other-ca']) await request(ca, []);
  return {
    dir,
    issue,
    path,
    text: (file) => readFile(path(file), 'utf8'),
    remove: () => rm(dir, { recursive: true }),
  };
}
