// The registry of dialects, and the one way in: NodePolicy → a checked Ruleset → files.
import { TortieError } from '../errors/problem.ts';
import type { HostFacts, NodePolicy } from '../policy/index.ts';
import { buildProgram } from './build-program.ts';
import { lowerIptables } from './iptables/lower.ts';
import { printIptables } from './iptables/print.ts';
import type { LogTarget } from './log-target.ts';
import { DEFAULT_CAPABILITIES, type NftCapabilities } from './nftables/capabilities.ts';
import { printNftJson } from './nftables/json.ts';
import { createLowering } from './nftables/lower.ts';
import { printNft } from './nftables/print.ts';
import type { Program } from './program.ts';
import { checkReferences } from './references.ts';
import type { Ruleset } from './ruleset.ts';

export type Dialect = Ruleset['dialect'];
export type RulesetOf<D extends Dialect> = Extract<Ruleset, { dialect: D }>;

export interface RendererOptions {
  readonly log?: LogTarget;
  /** nftables only. */
  readonly capabilities?: Partial<NftCapabilities>;
}

export interface Renderer<D extends Dialect = Dialect> {
  /** Throws TortieError when the ruleset cannot be made, or would not load. */
  render(policy: NodePolicy, facts?: HostFacts): RulesetOf<D>;
}

const LOWERINGS: { [D in Dialect]: (options: RendererOptions) => (program: Program) => RulesetOf<D> } = {
  nftables: ({ log = 'log', capabilities }) =>
    createLowering({ log, capabilities: { ...DEFAULT_CAPABILITIES, ...capabilities } }),
  iptables:
    ({ log = 'log' }) =>
    (program) =>
      lowerIptables(program, { log }),
};

/** Keep the renderer: it remembers what it made, so that the next time costs what has changed. */
export function createRenderer<D extends Dialect>(dialect: D, options: RendererOptions = {}): Renderer<D> {
  const lower = LOWERINGS[dialect](options);
  return {
    render(policy, facts) {
      const ruleset = lower(buildProgram(policy, facts));
      const problems = checkReferences(ruleset);
      if (problems.length > 0) throw new TortieError(problems);
      return ruleset;
    },
  };
}

export interface PrintedFile {
  readonly file: string;
  readonly text: string;
}

/** As `nft -f`, `ipset restore` and `iptables-restore --noflush` take them. */
export function printRuleset(ruleset: Ruleset, options: { readonly json?: boolean } = {}): PrintedFile[] {
  if (ruleset.dialect === 'iptables') return printIptables(ruleset);
  const text = { file: 'nftables.nft', text: printNft(ruleset) };
  return options.json === true ? [text, { file: 'nftables.json', text: printNftJson(ruleset) }] : [text];
}
