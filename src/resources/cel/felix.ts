// What FelixConfiguration demands, for the API server. The checks with the same messages: kinds/felix-*.ts.
import { forbidden, invalid, rules, some } from './cel.ts';

const address = (field: string, family: 4 | 6) =>
  invalid(
    `${field} must be a valid IPv${family} address`,
    `!${some(field)} || (isIP(self.${field}) && ip(self.${field}).family() == ${family})`,
  );

export const FELIX_RULES = rules(
  forbidden(
    'routeTableRange and routeTableRanges cannot both be set',
    '!(has(self.routeTableRange) && has(self.routeTableRanges))',
  ),
  address('natOutgoingAddress', 4),
  address('deviceRouteSourceAddress', 4),
  address('deviceRouteSourceAddressIPv6', 6),
);

export const TABLE_RANGE_RULES = rules(
  invalid(
    'must be a range of route table indices within 1..250',
    'self.min >= 1 && self.min <= self.max && self.max <= 250',
  ),
);

export const TABLE_RANGES_RULES = rules(
  invalid('min must be >= 1', 'self.min >= 1'),
  invalid('min must not be greater than max', 'self.min <= self.max'),
);
