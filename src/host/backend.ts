// Which of the two iptables backends the host's other software uses. As Calico decides: the hint chains of a kubelet,
// else the backend that holds more rules. On a tie Calico takes legacy; we take what the plain `iptables` command is,
// because that is what an administrator of this host sees.
import type { Problem, Result } from '../errors/problem.ts';
import type { IptablesBackend } from '../plan/types.ts';
import { explainFailure, missingTool } from './privileges.ts';
import type { Runner } from './run.ts';

const HINTS = /^:KUBE-(?:IPTABLES-HINT|KUBELET-CANARY) /m;

export async function detectBackend(run: Runner): Promise<Result<IptablesBackend>> {
  const [nft, legacy] = await Promise.all([look(run, 'nft'), look(run, 'legacy')]);
  if (nft.failure && legacy.failure) return { problems: [nft.failure] };
  if (nft.failure) return { value: 'legacy', problems: [] };
  if (legacy.failure) return { value: 'nft', problems: [] };
  if (nft.hinted) return { value: 'nft', problems: [] };
  if (legacy.hinted) return { value: 'legacy', problems: [] };
  if (nft.rules !== legacy.rules) return { value: nft.rules > legacy.rules ? 'nft' : 'legacy', problems: [] };
  const { stdout } = await run.run(['iptables', '--version']);
  return { value: stdout.includes('legacy') ? 'legacy' : 'nft', problems: [] };
}

interface Look {
  readonly hinted: boolean;
  readonly rules: number;
  readonly failure?: Problem;
}

async function look(run: Runner, backend: IptablesBackend): Promise<Look> {
  const commands = [[`iptables-${backend}-save`], [`ip6tables-${backend}-save`]];
  const results = await Promise.all(commands.map((argv) => run.run(argv)));
  const bad = results.findIndex((r) => r.exitCode !== 0);
  const argv = commands[bad];
  const result = results[bad];
  if (argv && result) {
    const failure = explainFailure(argv, result) ?? missingTool(argv[0] ?? '');
    return { hinted: false, rules: 0, failure };
  }
  const text = results.map((r) => r.stdout).join('\n');
  return { hinted: HINTS.test(text), rules: text.match(/^-A (?!tortie-)/gm)?.length ?? 0 };
}
