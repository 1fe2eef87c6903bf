// NodePolicy.masquerade → rules. With a range of ports TCP and UDP have rules of their own before the one for the rest.
import type { Family } from '../net/index.ts';
import type { IpSet, Masquerade, MasqueradeConfig, NodePolicy } from '../policy/index.ts';
import { netConditions } from './conditions.ts';
import type { Condition, MasqueradeRule } from './program.ts';

export interface MasqueradeProgram {
  readonly rules: readonly MasqueradeRule[];
  /** The content sets that the rules mention. */
  readonly sets: readonly IpSet[];
}

const PORTED = [6, 17];
const known = new WeakMap<
  Masquerade,
  { readonly config: MasqueradeConfig; readonly made: MasqueradeProgram }
>();

/** The same objects as long as pools and configuration are the same. */
export function masqueradeProgram({ masquerade, config }: NodePolicy): MasqueradeProgram {
  const before = known.get(masquerade);
  if (before?.config === config.masquerade) return before.made;
  const sets: IpSet[] = [];
  const rules = ([4, 6] as const).flatMap((family) =>
    familyRules(masquerade, config.masquerade, family, sets),
  );
  const made = { rules, sets };
  known.set(masquerade, { config: config.masquerade, made });
  return made;
}

function familyRules(
  { sources, exceptions }: Masquerade,
  { outInterface, ports, address }: MasqueradeConfig,
  family: Family,
  sets: IpSet[],
): MasqueradeRule[] {
  const from = netConditions('source', sources, family, false, sets);
  const to = netConditions('destination', exceptions, family, true, sets);
  if (from === undefined || to === undefined) return [];
  const rule = (...more: Condition[]): MasqueradeRule => ({
    family,
    conditions: [...more, ...from, ...to],
    ...(outInterface !== undefined && { outInterface }),
    // What is configured is an address of IPv4.
    ...(family === 4 && address !== undefined && { address }),
  });
  const ranged = ports === undefined ? [] : PORTED;
  return [
    ...ranged.map((protocol) => ({
      ...rule({ kind: 'protocol', protocol, negated: false }),
      ...(ports && { ports }),
    })),
    rule(),
  ];
}
