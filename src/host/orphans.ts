// What a tortie that was killed has left running: an iptables-restore goes on committing when nobody waits for it any
// more. Whatever we run carries a mark that says who ran it, so whoever takes over can wait until it has ended.
import { readdirSync, readFileSync } from 'node:fs';
import { identify, type ProcessIdentity } from './process.ts';

const MARK = 'TORTIE_RUN_BY';

const markOf = ({ pid, start }: ProcessIdentity): string => `${pid}.${start}`;

let own: Readonly<Record<string, string>> | undefined;

/** For the environment of a program that this process runs. */
export function runByUs(): Readonly<Record<string, string>> {
  own ??= { [MARK]: markOf(identify(process.pid)) };
  return own;
}

/** Pids of the programs that this process has run and that are still running, of those that we may look at. */
export function leftBy(holder: ProcessIdentity): readonly number[] {
  const mark = `\0${MARK}=${markOf(holder)}\0`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(mark))
    .map(Number);
}

/** Each variable between two NULs. One that has ended, or is a zombie, has none. */
function environmentOf(pid: string): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
  } catch {
    return '';
  }
}
