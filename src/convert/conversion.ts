// What becomes of one Kubernetes object: a resource in Calico's terms, and where its parts came from.
import type { Path, Problem } from '../errors/problem.ts';
import type { Direction, Resource, Rule } from '../resources/index.ts';

export interface Conversion<R = Resource> {
  /** Absent: the object says nothing to policy, or is not to be trusted (then there are problems). */
  readonly value?: R;
  /** Paths are those of the Kubernetes object. */
  readonly problems: readonly Problem[];
  /** For each rule of the value, where it came from in the Kubernetes object: one rule there can become several. */
  readonly rules?: RuleOrigins;
}

export type RuleOrigins = Readonly<Record<Direction, readonly Path[]>>;

/** A rule on its way, with its origin. */
export interface ConvertedRule {
  readonly rule: Rule;
  readonly origin: Path;
}

export function originsOfRules(
  ingress: readonly ConvertedRule[],
  egress: readonly ConvertedRule[],
): RuleOrigins {
  return { ingress: ingress.map(({ origin }) => origin), egress: egress.map(({ origin }) => origin) };
}

export function specOf(rules: readonly ConvertedRule[]): Rule[] {
  return rules.map(({ rule }) => rule);
}
