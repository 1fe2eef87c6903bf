// The only way in which a name, a label, a prefix or an interface reaches iptables text. Nothing is escaped: what is not
// plain is replaced (comments, log prefixes) or refused (interfaces), since the tools differ in what they unescape.
import { problem, TortieError } from '../../errors/problem.ts';
import type { LogTarget } from '../log-target.ts';

/** The kernel keeps 255 characters; 24 are left for `tortie:<hash> ` of the first rule. */
const COMMENT_MAX = 231;
const LOG_PREFIX_MAX = 29;
const NFLOG_PREFIX_MAX = 63;
/** IFNAMSIZ less the closing zero; with a `+` the tools allow no more either. */
const INTERFACE_MAX = 15;

function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9_ @%+=:,./;-]/g, '_');
}

/**
 * A comment without its quotes: plain characters only, cut to fit behind the chain's hash. An id that is too long loses
 * its middle, since its end has the rule's index.
 */
export function commentText(id: string, details = ''): string {
  const text = plain(id);
  const head = text.length <= COMMENT_MAX ? text : `${text.slice(0, COMMENT_MAX - 42)}..${text.slice(-40)}`;
  return (head + plain(details)).slice(0, COMMENT_MAX);
}

/** A finished comment (see `commentText`) as an argument. */
export function commentMatch(comment: string): string {
  return `-m comment --comment "${comment}"`;
}

/** The prefix of LOG or NFLOG as a quoted argument. The `: ` at its end survives the cut. */
export function logPrefix(prefix: string, target: LogTarget): string {
  const max = target === 'log' ? LOG_PREFIX_MAX : NFLOG_PREFIX_MAX;
  return `"${plain(prefix).slice(0, max - 2)}: "`;
}

/** An interface by its exact name. */
export function interfaceName(name: string): string {
  // A trailing `+` would be a wildcard.
  if (name.endsWith('+')) refuse(name);
  return checked(name);
}

/** All interfaces whose name starts with `prefix`. */
export function interfacePrefix(prefix: string): string {
  const name = checked(prefix);
  // A prefix of full length can only be the name itself.
  return name.length === INTERFACE_MAX ? name : `${name}+`;
}

function checked(name: string): string {
  // A leading `-` or `!` would be an option; quotes and backslashes are read differently by different versions.
  const wellFormed = /^[^\s"'`\\/*!-][^\s"'`\\/*]*$/.test(name) && /^[\x21-\x7e]+$/.test(name);
  return wellFormed && name.length <= INTERFACE_MAX ? name : refuse(name);
}

function refuse(name: string): never {
  const message = `${JSON.stringify(name)} cannot be the name of an interface in an iptables ruleset`;
  throw new TortieError([problem('render/interface-name', message)]);
}
