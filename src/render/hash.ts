// Hashes that end up in names and comments. They only have to be stable and collision-free, not secret.
import { createHash } from 'node:crypto';

/** What a chain's hash is taken over, for one rule. */
export interface HashedRule {
  readonly text: string;
  readonly comment?: string;
}

/**
 * 16 characters base64url over the texts and comments of all rules, in order. Lengths are hashed with the texts, so
 * that no two different lists of rules read the same.
 */
export function chainHash(rules: readonly HashedRule[]): string {
  const hash = createHash('sha256');
  let input = '';
  for (const { text, comment } of rules) {
    input += `${text.length}:${text}${comment === undefined ? '-' : `${comment.length}:${comment}`}\n`;
  }
  return hash.update(input).digest('base64url').slice(0, 16);
}

/** 43 characters base64url of SHA-256. */
export function textHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
