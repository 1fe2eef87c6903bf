// A network namespace for one test, made inside the lab's private mount namespace (scripts/lab-exec.mjs), and the
// product's own seam pointed into it.
import { rmSync, statSync } from 'node:fs';
import { systemRunner, type Runner } from '../../src/host/index.ts';
import { type NftVersion, withNft } from './nft-versions.ts';

export interface TestNamespace {
  readonly name: string;
  /** Runs every command inside the namespace. */
  readonly run: Runner;
  /** Runs and answers stdout; throws when the command fails. */
  readonly sh: (argv: readonly string[], stdin?: string) => Promise<string>;
  /** What each of these shell commands prints, all by one shell; throws when one of them fails. */
  readonly all: (commands: readonly string[]) => Promise<readonly string[]>;
  /** Every line of every dataplane's listing that mentions us; empty when nothing of ours is left. */
  readonly ours: () => Promise<readonly string[]>;
  /** The same namespace, where another version is `nft`. */
  readonly with: (nft: NftVersion) => TestNamespace;
}

/** The rules of both backends and families. */
export const SAVES = ['iptables', 'ip6tables'].flatMap((t) => ['nft', 'legacy'].map((b) => `${t}-${b}-save`));

let serial = 0;

/** Makes a namespace, gives it to `work`, and removes it whatever happens. */
export async function inNamespace<T>(work: (ns: TestNamespace) => Promise<T>): Promise<T> {
  const name = `t${process.pid}-${serial++}`;
  await must(systemRunner, ['ip', 'netns', 'add', name]);
  // The kernel uses inode numbers again: notes of an earlier namespace with this one's are not about it.
  rmSync(`/run/tortie/net-${statSync(`/run/netns/${name}`).ino}`, { recursive: true, force: true });
  try {
    return await work(namespace(name, inside(name)));
  } finally {
    await must(systemRunner, ['ip', 'netns', 'del', name]);
  }
}

function inside(name: string): Runner {
  return { run: (argv, options) => systemRunner.run(['ip', 'netns', 'exec', name, ...argv], options) };
}

function namespace(name: string, run: Runner): TestNamespace {
  const sh = (argv: readonly string[], stdin?: string) => must(run, argv, stdin);
  const all = async (commands: readonly string[]) => {
    const script = commands.join("\nprintf '\\0'\n");
    return (await sh(['sh', '-ec', script])).split('\0');
  };
  const ours = async () => {
    const listings = await all(['nft list ruleset', ...SAVES, 'ipset list -n']);
    return listings
      .join('\n')
      .split('\n')
      .filter((l) => l.includes('tortie'));
  };
  return { name, run, sh, all, ours, with: (nft) => namespace(name, withNft(inside(name), nft)) };
}

async function must(run: Runner, argv: readonly string[], stdin?: string): Promise<string> {
  const done = await run.run(argv, stdin === undefined ? {} : { stdin });
  if (done.exitCode !== 0) throw new Error(`${argv.join(' ')}: exit ${done.exitCode}: ${done.stderr}`);
  return done.stdout;
}
