// Bytes of keys and values as text.
import { isUtf8 } from 'node:buffer';

/** Undefined where they are none: nothing is replaced, what is written back must be what was there. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
