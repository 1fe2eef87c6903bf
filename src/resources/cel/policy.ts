// What policies and their rules demand, for the API server. The checks with the same messages: rule/checks.ts,
// kinds/policy.ts.
import { forbidden, invalid, on, required, rules, some, withoutGlobal } from './cel.ts';

const GLOBAL = 'global() can only be used in an EntityRule namespaceSelector';
const noServicesWith = (what: string, fields: readonly string[]) =>
  forbidden(
    `cannot specify ${what} and Services on the same rule`,
    `!has(self.services) || !(${fields.join(' || ')})`,
  );

export const ENTITY_RULES = rules(
  invalid(GLOBAL, withoutGlobal('selector')),
  noServicesWith('NamespaceSelector', [some('namespaceSelector')]),
  noServicesWith('ServiceAccounts', ['has(self.serviceAccounts)']),
  noServicesWith('Selector/NotSelector', [some('selector'), some('notSelector')]),
  noServicesWith('Nets/NotNets', [some('nets'), some('notNets')]),
  required('services must specify a service name', `!has(self.services) || ${some('services.name')}`),
);

export const ICMP_RULES = rules(
  invalid('ICMP code specified without an ICMP type', 'has(self.type) || !has(self.code)'),
);

const isOneOf = (field: string, values: readonly (string | number)[]) =>
  `(has(self.${field}) && (${values.map((v) => `self.${field} == ${typeof v === 'number' ? v : `'${v}'`}`).join(' || ')}))`;
const version = (field: string, name: string, number: number, wanted: 4 | 6) =>
  invalid(
    `protocol ${name} requires ipVersion ${wanted}`,
    `!has(self.ipVersion) || self.ipVersion == ${wanted} || !${isOneOf(field, [name, number])}`,
  );

export const RULE_RULES = rules(
  invalid(
    'rules with HTTP match must have protocol TCP or unset',
    `!has(self.http) || !has(self.protocol) || ${isOneOf('protocol', ['TCP', 6])}`,
  ),
  forbidden('HTTP match is only valid on Allow rules', "!has(self.http) || self.action == 'Allow'"),
  forbidden(
    'ports and notPorts cannot be specified with services',
    '!has(self.destination) || !has(self.destination.services) || ' +
      `!(${some('destination.ports')} || ${some('destination.notPorts')})`,
  ),
  invalid(
    'ICMP fields require protocol to be ICMP or ICMPv6',
    `!has(self.icmp) || ${isOneOf('protocol', ['ICMP', 'ICMPv6', 1, 58])}`,
  ),
  ...['protocol', 'notProtocol'].flatMap((field) => [
    version(field, 'ICMP', 1, 4),
    version(field, 'ICMPv6', 58, 6),
  ]),
);

const SELECTORS = ['selector', 'serviceAccountSelector'].map((field) =>
  invalid(GLOBAL, withoutGlobal(field)),
);

export const NETWORK_POLICY_RULES = rules(...SELECTORS);

export const GLOBAL_NETWORK_POLICY_RULES = rules(
  forbidden('preDNAT and doNotTrack cannot both be true', `!(${on('preDNAT')} && ${on('doNotTrack')})`),
  forbidden('preDNAT policy cannot have any egress rules', `!(${on('preDNAT')} && ${some('egress')})`),
  forbidden(
    "preDNAT policy cannot have 'Egress' type",
    `!${on('preDNAT')} || !has(self.types) || !('Egress' in self.types)`,
  ),
  invalid(
    'applyOnForward must be true if either preDNAT or doNotTrack is true',
    `${on('applyOnForward')} || !(${on('preDNAT')} || ${on('doNotTrack')})`,
  ),
  ...SELECTORS,
  invalid(GLOBAL, withoutGlobal('namespaceSelector')),
);
