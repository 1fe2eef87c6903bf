// Which interfaces belong to workloads: by prefix, or by an endpoint that names one outside of the prefixes.
import type { EndpointProgram, Program } from '../program.ts';

export interface Workloads {
  /** Sorted, without those that a shorter one covers, so that no packet is dispatched twice. */
  readonly prefixes: readonly string[];
  /** Endpoints on interfaces with one of the prefixes. */
  readonly inside: readonly EndpointProgram[];
  readonly others: readonly EndpointProgram[];
}

export function workloadsOf(program: Program): Workloads {
  const prefixes = minimalPrefixes(program.config.interfacePrefixes);
  const inPrefix = (name: string) => prefixes.some((prefix) => name.startsWith(prefix));
  return {
    prefixes,
    inside: program.endpoints.filter((e) => inPrefix(e.interface)),
    others: program.endpoints.filter((e) => !inPrefix(e.interface)),
  };
}

function minimalPrefixes(prefixes: readonly string[]): string[] {
  const kept: string[] = [];
  for (const prefix of [...prefixes].sort()) {
    if (!kept.some((shorter) => prefix.startsWith(shorter))) kept.push(prefix);
  }
  return kept;
}
