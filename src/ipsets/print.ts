// `ipset restore` text. Every line tolerates that its work is already done (`-exist`), since ipset is not atomic: after a
// failure the same input can be sent again. Names are ours, members canonical; both are checked before they are printed,
// since a newline in either would be a command.
import { problem, TortieError } from '../errors/problem.ts';
import { IPSET_NAME_MAX, IPSET_PREFIX, scratchName } from './name.ts';
import type { Ipset } from './types.ts';

const NAME = /^[A-Za-z0-9_:.-]+$/;
const MEMBER = /^[0-9a-fA-F:.]+(?:\/[0-9]+|,[a-z]+:[0-9]+|-[0-9]+)?$/;

function safe(text: string, pattern: RegExp, what: string): string {
  if (pattern.test(text)) return text;
  throw new TortieError([problem('ipsets/unsafe', `${JSON.stringify(text)} is not ${what}`)]);
}

function safeName(name: string): string {
  return safe(
    name.length <= IPSET_NAME_MAX && name.startsWith(IPSET_PREFIX) ? name : '',
    NAME,
    'a name of ours',
  );
}

export function createLine(set: Omit<Ipset, 'members' | 'use'>): string {
  const family = set.family === undefined ? '' : ` family ${set.family === 4 ? 'inet' : 'inet6'}`;
  return `create ${safeName(set.name)} ${set.type}${family} ${set.options} -exist`;
}

export function addLine(name: string, member: string): string {
  return `add ${safeName(name)} ${safe(member, MEMBER, 'a member of an IP set')} -exist`;
}

export function delLine(name: string, member: string): string {
  return `del ${safeName(name)} ${safe(member, MEMBER, 'a member of an IP set')} -exist`;
}

function flushLine(name: string): string {
  return `flush ${safeName(name)}`;
}

/** Both must exist and be of one type and family; their contents change places at once. */
function swapLine(one: string, other: string): string {
  return `swap ${safeName(one)} ${safeName(other)}`;
}

/** Fails while a rule refers to the set. */
export function destroyLine(name: string): string {
  return `destroy ${safeName(name)}`;
}

/** The lines that fill a set; runs of ports as one range each. */
function fillLines(set: Ipset, into: string = set.name): string[] {
  return (set.type === 'bitmap:port' ? runs(set.members) : set.members).map((m) => addLine(into, m));
}

function runs(ports: readonly string[]): string[] {
  const text: string[] = [];
  for (let i = 0; i < ports.length; ) {
    const first = Number(ports[i]);
    let n = 1;
    while (i + n < ports.length && Number(ports[i + n]) === first + n) n++;
    text.push(n === 1 ? `${first}` : `${first}-${first + n - 1}`);
    i += n;
  }
  return text;
}

/** A set that was not there before: created and filled under its name. */
export function newSetLines(set: Ipset): string[] {
  return [createLine(set), ...fillLines(set)];
}

/** Whatever the set holds now, afterwards it holds exactly this, and at no moment anything in between. */
export function replaceLines(set: Ipset): string[] {
  const scratch = scratchName(set);
  const create = [createLine(set), createLine({ ...set, name: scratch })];
  return [...create, ...swappedIn(set, scratch), destroyLine(scratch)];
}

/** Both sets are there, with anything in them. */
function swappedIn(set: Ipset, scratch: string): string[] {
  return [flushLine(scratch), ...fillLines(set, scratch), swapLine(scratch, set.name)];
}

/**
 * All sets as one file, complete and loadable any number of times. A set named by its content is only created and
 * filled; one whose members can change is filled aside and swapped in, so that what an older load left goes away.
 */
export function printIpsets(sets: Iterable<Ipset>): string {
  const lines: string[] = [];
  const scratches = new Map<string, string>();
  for (const set of sets) {
    if (set.description !== undefined) lines.push(remark(set.description));
    if (set.use === 'mixed') {
      lines.push(...newSetLines(set));
    } else {
      const scratch = scratchName(set);
      scratches.set(scratch, createLine({ ...set, name: scratch }));
      lines.push(createLine(set), ...swappedIn(set, scratch));
    }
  }
  const all = [...scratches.values(), ...lines, ...[...scratches.keys()].map(destroyLine)];
  return all.map((line) => `${line}\n`).join('');
}

/** Older versions read lines of at most 1023 bytes and would take the rest for a command. */
function remark(text: string): string {
  const plain = text.replace(/[^ -~]/g, '_');
  return `# ${plain.length > 200 ? `${plain.slice(0, 197)}...` : plain}`;
}
