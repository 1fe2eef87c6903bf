// Names made from content: the same content has the same id on every node, now and after a restart.
import { createHash } from 'node:crypto';
import type { Selector } from './ast.ts';
import { formatSelector } from './format.ts';

/** `prefix:` + base64url(sha224('prefix:' + content)), unpadded: 39 characters behind a prefix of one letter and colon. */
export function uniqueId(prefix: string, content: string): string {
  const salted = `${prefix}:`;
  return (
    salted +
    createHash('sha224')
      .update(salted + content)
      .digest('base64url')
  );
}

/** Of the canonical text, so that every spelling of a selector has one id. */
export function selectorId(selector: Selector): string {
  return uniqueId('s', formatSelector(selector));
}
