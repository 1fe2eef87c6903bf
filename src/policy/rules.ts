// v3 rules → compiled rules, and the IP sets they refer to.
import { type Problem, problem } from '../errors/problem.ts';
import { type Family, protocolNumber } from '../net/index.ts';
import { type Direction, type ResourceKey, type Rule as RuleSpec, ruleId } from '../resources/index.ts';
import type { IcmpMatch, Rule, RuleAction } from './node-policy.ts';
import { compilePeer } from './peers.ts';
import { isParsed, type ParsedSelector, type SelectorCache } from './selector-cache.ts';
import type { SetDefinition } from './set-definition.ts';

export interface CompiledRules {
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
  /** Every set that a rule refers to, by id. */
  readonly sets: ReadonlyMap<string, SetDefinition>;
  /** Errors: the rules must not be used. Nothing that the resource schemas let through should cause one. */
  readonly problems: readonly Problem[];
}

/** What compiling one side of a rule needs of its surroundings. */
export interface RuleContext {
  /** Namespace of the policy; undefined for global policies and profiles. */
  readonly namespace: string | undefined;
  /** The parsed selector; a problem and undefined if it does not parse. */
  parse(text: string): ParsedSelector | undefined;
  /** Notes that the rule refers to a set; gives its id. */
  use(set: SetDefinition): string;
  refuse(code: string, message: string): void;
}

interface Owner {
  readonly key: ResourceKey;
  readonly namespace?: string | undefined;
}

interface RuleLists {
  readonly ingress?: readonly RuleSpec[] | undefined;
  readonly egress?: readonly RuleSpec[] | undefined;
}

export function compileRules(owner: Owner, lists: RuleLists, selectors: SelectorCache): CompiledRules {
  const sets = new Map<string, SetDefinition>();
  const problems: Problem[] = [];
  const compileList = (direction: Direction): readonly Rule[] =>
    (lists[direction] ?? []).map((spec, index) => {
      const refuse = (code: string, message: string): void => {
        problems.push(problem(code, message, { resource: owner.key, path: ['spec', direction, index] }));
      };
      const context: RuleContext = {
        namespace: owner.namespace,
        parse(text) {
          const parsed = selectors.parse(text);
          if (isParsed(parsed)) return parsed;
          for (const { code, message } of parsed) refuse(code, message);
          return undefined;
        },
        use(set) {
          sets.set(set.id, set);
          return set.id;
        },
        refuse,
      };
      return compileRule(ruleId(owner.key, direction, index), direction, spec, context);
    });
  return { ingress: compileList('ingress'), egress: compileList('egress'), sets, problems };
}

const ACTIONS: Readonly<Record<RuleSpec['action'], RuleAction>> = {
  Allow: 'allow',
  Deny: 'deny',
  Pass: 'pass',
  Log: 'log',
};

function compileRule(id: string, direction: Direction, spec: RuleSpec, context: RuleContext): Rule {
  const protocol = asNumber(spec.protocol);
  const notProtocol = asNumber(spec.notProtocol);
  const family = spec.ipVersion ?? familyOf(spec.protocol);
  const icmp = compileIcmp(spec.icmp);
  const notIcmp = compileIcmp(spec.notICMP);
  const never = neverMatches(spec);
  const annotations = [...(spec.metadata?.annotations ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    id,
    direction,
    action: ACTIONS[spec.action],
    ...(family !== undefined && { family }),
    ...(protocol !== undefined && { protocol }),
    ...(notProtocol !== undefined && { notProtocol }),
    source: compilePeer('source', spec.source, protocol, context),
    destination: compilePeer('destination', spec.destination, protocol, context),
    ...(icmp && { icmp }),
    ...(notIcmp && { notIcmp }),
    ...(never && { never }),
    ...(annotations.length > 0 && { annotations }),
  };
}

/** Why the rule can match no packet in the kernel, if so: HTTP is not seen there. */
function neverMatches(spec: RuleSpec): Rule['never'] {
  return spec.http && 'http';
}

/** Only the names imply a family: a rule for protocol 1 or 58 by number is for both. */
function familyOf(protocol: RuleSpec['protocol']): Family | undefined {
  if (protocol === 'ICMP') return 4;
  return protocol === 'ICMPv6' ? 6 : undefined;
}

function asNumber(protocol: RuleSpec['protocol']): number | undefined {
  return typeof protocol === 'string' ? protocolNumber(protocol) : protocol;
}

/** Without a type there is no condition. */
function compileIcmp(match: RuleSpec['icmp']): IcmpMatch | undefined {
  if (match?.type === undefined) return undefined;
  return match.code === undefined ? { type: match.type } : { type: match.type, code: match.code };
}
