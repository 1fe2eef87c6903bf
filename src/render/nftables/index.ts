// The nftables dialect: one table, `inet tortie`, without packet marks as long as the kernel follows deep enough.
import type { HostFacts, NodePolicy } from '../../policy/index.ts';
import { buildProgram } from '../build-program.ts';
import type { NftRuleset } from '../ruleset.ts';
import { DEFAULT_CAPABILITIES, type LogTarget, type NftCapabilities } from './capabilities.ts';
import { createLowering } from './lower.ts';

export interface NftRendererOptions {
  readonly log?: LogTarget;
  readonly capabilities?: Partial<NftCapabilities>;
}

export function createNftRenderer(options: NftRendererOptions = {}): {
  render(policy: NodePolicy, facts?: HostFacts): NftRuleset;
} {
  const lower = createLowering({
    log: options.log ?? 'log',
    capabilities: { ...DEFAULT_CAPABILITIES, ...options.capabilities },
  });
  return { render: (policy) => lower(buildProgram(policy)) };
}
