// What depends on an object's name, for the API server. The checks with the same messages: builtins.ts, whole-checks.ts.
import { BUILTIN_TIERS } from '../builtins.ts';
import { forbidden, invalid, rules } from './cel.ts';

const named = (name: string) => `self.metadata.name == '${name}'`;

const TIER_RULES = rules(
  ...[...BUILTIN_TIERS].flatMap(([name, { order, defaultAction }]) => [
    invalid(
      `The '${name}' tier must have default action '${defaultAction}'`,
      `!(${named(name)}) || (has(self.spec.defaultAction) && self.spec.defaultAction == '${defaultAction}')`,
    ),
    invalid(
      `${name} tier order must be ${order}`,
      `!(${named(name)}) || (has(self.spec.order) && self.spec.order == ${order}.0)`,
    ),
  ]),
);

const FELIX_RULES = rules(
  forbidden(
    "nodeSelector must not be set on the 'default' or per-node ('node.*') FelixConfiguration",
    `!has(self.spec) || !has(self.spec.nodeSelector) || !(${named('default')} || self.metadata.name.startsWith('node.'))`,
  ),
);

/** Rules on whole objects, by kind. */
export const WHOLE_RULES: ReadonlyMap<string, ReturnType<typeof rules>> = new Map([
  ['Tier', TIER_RULES],
  ['FelixConfiguration', FELIX_RULES],
]);
