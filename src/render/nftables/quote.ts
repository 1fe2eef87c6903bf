// The one place where text from a resource becomes nft text. nft strings know no escape: what cannot stand between two
// quotes is replaced. Names are never repaired but checked, or hashed when they do not fit.
import { problem, TortieError } from '../../errors/problem.ts';
import { textHash } from '../hash.ts';
import { limitedName } from '../names.ts';

/** nft keeps a rule's comment in 128 bytes; 19 of them are for the chain's hash, `t:<16> `. */
export const COMMENT_LIMIT = 128 - 19;
export const NAME_LIMIT = 255;
const LOG_PREFIX_LIMIT = 127;

/**
 * The name of a chain, set or map. `prefix` starts with a letter and keeps the name away from nft's keywords. Text with
 * a character that nft takes for punctuation is replaced by its hash as a whole, so that two names never become one.
 */
export function objectName(prefix: string, text: string): string {
  return /^[A-Za-z0-9_./-]*$/.test(text)
    ? limitedName(prefix, text, NAME_LIMIT)
    : `${prefix}_${textHash(text)}`;
}

/** A comment without quotes around it; what is too long loses its middle, since the end has the rule's index. */
export function commentText(id: string, details: readonly string[] = []): string {
  const plain = printable(id);
  const head =
    plain.length <= COMMENT_LIMIT ? plain : `${plain.slice(0, COMMENT_LIMIT - 42)}..${plain.slice(-40)}`;
  return details.length === 0 ? head : [head, ...details.map(printable)].join('; ').slice(0, COMMENT_LIMIT);
}

/** The prefix of a log statement, with the `: ` that Calico sets behind it, without quotes around it. */
export function logPrefixText(prefix: string): string {
  return `${printable(prefix).slice(0, LOG_PREFIX_LIMIT - 2)}: `;
}

/** Throws TortieError `render/interface-name` for what the kernel takes for a wildcard, or cannot be a name at all. */
export function interfaceName(name: string): string {
  if (/^[^\s"/*\\\p{Cc}]{1,15}$/u.test(name) && /^[\x21-\x7e]*$/.test(name)) return name;
  throw new TortieError([
    problem(
      'render/interface-name',
      `${JSON.stringify(name)} cannot be the name of an interface in an nftables ruleset`,
    ),
  ]);
}

/** Every interface whose name starts with the prefix. */
export function interfaceWildcard(prefix: string): string {
  const checked = interfaceName(prefix);
  return checked.length < 15 ? `${checked}*` : checked;
}

export function quoted(text: string): string {
  if (/["\p{Cc}]/u.test(text)) throw new TypeError(`not quotable: ${JSON.stringify(text)}`);
  return `"${text}"`;
}

/** ASCII without quotes, control characters and backslashes. One character is one byte. */
function printable(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return text;
  return text.replaceAll('"', "'").replace(/[^\x20-\x7e]|\\/gu, '_');
}
