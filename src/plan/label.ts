// What a chain or a set is called in front of people.
import type { ChainText } from '../render/ruleset.ts';

const KINDS: ReadonlyMap<string, string> = new Map([
  ['WorkloadEndpoint', 'endpoint'],
  ['HostEndpoint', 'endpoint'],
  ['Profile', 'profile'],
  ['Tier', 'tier'],
]);

/** `policy NetworkPolicy/prod/web ingress`, `endpoint …`, `chain …`. `before` helps when the chain itself knows nothing. */
export function chainLabel(chain: ChainText, before?: ChainText): string {
  const cause = chain.cause ?? before?.cause;
  if (cause === undefined) return `chain ${chain.name}`;
  const kind = KINDS.get(cause.split('/')[0] ?? '') ?? 'policy';
  const direction = directionOf(chain) ?? (before && directionOf(before));
  return `${kind} ${cause}${direction ? ` ${direction}` : ''}`;
}

/** The direction that all rules of the chain have in their ids. */
function directionOf(chain: ChainText): string | undefined {
  const found = new Set(chain.rules.flatMap((r) => /\/(ingress|egress)\/\d+$/.exec(r.rule ?? '')?.[1] ?? []));
  return found.size === 1 ? [...found][0] : undefined;
}

export function setLabel(set: { readonly name: string; readonly description?: string }): string {
  return `set ${set.description ?? set.name}`;
}
