// Raw complaints of tools, turned into problems that say what to do; and the question, asked before any work, whether
// this host can enforce at all.
import { problem, type Problem } from '../errors/problem.ts';
import type { RunResult, Runner } from './run.ts';

interface Complaint {
  readonly pattern: RegExp;
  readonly code: string;
  readonly message: (tool: string) => string;
  readonly hint: string;
}

const ROOT_HINT = 'run as root, or in a user and network namespace of your own: unshare -rn';

const COMPLAINTS: readonly Complaint[] = [
  {
    pattern: /Operation not permitted|Permission denied|must be root/,
    code: 'host/not-root',
    message: (tool) => `${tool} may not change the firewall of this network namespace`,
    hint: ROOT_HINT,
  },
  {
    pattern:
      /Protocol not supported|Operation not supported|Table does not exist|do you need to insmod|Cannot open session to kernel|Kernel and userspace incompatible|Unable to initialize Netlink|not supported by (?:the )?kernel/,
    code: 'host/kernel-feature',
    message: (tool) => `the kernel lacks something that ${tool} needs`,
    hint: 'load the modules nf_tables, ip_tables or ip_set, or use a kernel that has them (5.13 or newer)',
  },
  {
    pattern: /Message too long|No buffer space available|Cannot allocate memory/,
    code: 'host/kernel-limit',
    message: (tool) => `the kernel does not hold as much as ${tool} has to load`,
    hint: 'fewer or smaller sets; in a user namespace the sysctl net.core.wmem_default bounds what nft loads at once',
  },
];

/** Debian's package of each tool. */
const PACKAGES: readonly (readonly [RegExp, string])[] = [
  [/^nft$/, 'nftables'],
  [/^ip6?tables/, 'iptables'],
  [/^ipset$/, 'ipset'],
  [/^ip$/, 'iproute2'],
  [/^conntrack$/, 'conntrack'],
  [/^unshare$/, 'util-linux'],
];

/** The well-known reasons for which any command fails; undefined: the failure is about this command's input. */
export function explainFailure(argv: readonly string[], result: RunResult): Problem | undefined {
  const tool = argv[0] ?? '';
  if (result.missing) return missingTool(tool);
  if (result.timedOut) {
    return problem('host/timeout', `\`${argv.join(' ')}\` did not end in time and was stopped`);
  }
  const found = COMPLAINTS.find((c) => c.pattern.test(result.stderr));
  if (!found) return undefined;
  return problem(found.code, found.message(tool), { hint: found.hint, notes: saidBy(tool, result) });
}

/** What a tool wrote to its standard error, as notes. */
export function saidBy(tool: string, result: RunResult): { readonly message: string }[] {
  const lines = result.stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(0, 8).map((line) => ({ message: `${tool}: ${line}` }));
}

export function missingTool(tool: string): Problem {
  const debian = PACKAGES.find(([name]) => name.test(tool))?.[1];
  return problem('host/no-tool', `${tool} is not installed`, {
    hint: debian ? `apt-get install ${debian}` : `install ${tool}`,
  });
}

/** Everything that makes enforcing impossible here, found by harmless questions. */
export async function checkTools(
  run: Runner,
  dialect: 'nftables' | 'iptables',
  backend: 'nft' | 'legacy' = 'nft',
): Promise<readonly Problem[]> {
  const questions =
    dialect === 'nftables'
      ? [['nft', 'list', 'chains', 'inet']]
      : [[`iptables-${backend}-save`], [`ip6tables-${backend}-save`], ['ipset', 'list', '-name']];
  const answers = await Promise.all(questions.map(async (argv) => ({ argv, result: await run.run(argv) })));
  const problems = answers.flatMap(({ argv, result }) => {
    if (result.exitCode === 0) return [];
    return (
      explainFailure(argv, result) ??
      problem('host/tool-failed', `\`${argv.join(' ')}\` failed with status ${result.exitCode}`, {
        notes: saidBy(argv[0] ?? '', result),
      })
    );
  });
  return problems;
}
