// A command that failed, as a problem: the command, its exit status, the line of its input that it complains about, and
// the policy rule behind that line.
import { problem, type Note, type Problem } from '../errors/problem.ts';
import { explainFailure, type RunResult } from '../host/index.ts';
import { saidBy } from '../host/privileges.ts';
import type { Command } from '../plan/types.ts';

const LINE_PATTERNS = [
  /\/dev\/stdin:(\d+):\d+/, // nft
  /Error occurred at line: (\d+)/, // iptables-restore, while reading
  /\bline (\d+) failed/, // iptables-restore, refused by the kernel
  /^line (\d+): /m, // iptables-nft-restore, at COMMIT
  /Error in line (\d+):/, // ipset restore
];

/** A transaction of iptables-nft names the line at which the socket was full; it is not that line's fault. */
const SOCKET_HINT =
  'in a user namespace the sysctl net.core.wmem_default bounds what one transaction holds; as root of the system nothing does';

/** The number of the line (from 1) that a tool's message names. */
export function failingLine(stderr: string): number | undefined {
  for (const pattern of LINE_PATTERNS) {
    const found = pattern.exec(stderr)?.[1];
    if (found !== undefined) return Number(found);
  }
  return undefined;
}

export function failureProblem(command: Command, result: RunResult): Problem {
  const known = explainFailure(command.argv, result);
  const number = failingLine(result.stderr);
  // Some complaints that look like the host's fault name a line: then it is that line's.
  if (known && number === undefined) return known;
  const text = number === undefined ? undefined : command.stdin.split('\n')[number - 1];
  const origin = number === undefined ? undefined : command.lines.get(number);
  const rule = /^(.*)\/(ingress|egress)\/(\d+)$/.exec(origin?.rule ?? '');
  const resource = rule?.[1] ?? origin?.resource;
  const behind = origin?.rule ?? origin?.resource ?? (origin?.chain && `chain ${origin.chain}`);
  const notes: Note[] = [
    ...(text === undefined ? [] : [{ message: `line ${number} of its input: ${shortened(text)}` }]),
    ...(behind ? [{ message: `that line is for ${behind}` }] : []),
    ...saidBy(command.argv[0] ?? '', result),
  ];
  const where = behind ? `refused ${behind}` : `failed`;
  return problem(
    'apply/refused',
    `\`${command.argv.join(' ')}\` ${where} (${command.purpose}, exit status ${result.exitCode})`,
    {
      notes,
      ...(resource !== undefined && { resource }),
      ...(rule && { path: ['spec', rule[2] ?? '', Number(rule[3])] }),
      ...crashHint(result),
      ...(/Message too long/.test(result.stderr) && { hint: SOCKET_HINT }),
    },
  );
}

/** What to do when the tool itself died: nft 1.0.6 does on most sets that nft 1.1 has written, whoever owns them. */
export function crashHint(result: RunResult): { readonly hint?: string } {
  if (result.exitCode < 128 || result.timedOut) return {};
  return {
    hint: 'a newer nft than this one may have written a table here, ours or not; use the newer one for ours as well',
  };
}

function shortened(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)}… (${text.length} characters)`;
}
