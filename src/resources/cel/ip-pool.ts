// What an IPPool demands, for the API server. The checks with the same messages: kinds/ip-pool-checks.ts.
import { forbidden, invalid, on, rules, some, withoutGlobal } from './cel.ts';

const tunnelled = (field: string) => `(has(self.${field}) && !(self.${field} in ['', 'Never']))`;
const usedFor = (use: string) => `(has(self.allowedUses) && '${use}' in self.allowedUses)`;
const FAMILY = 'cidr(self.cidr).ip().family()';
const BLOCK = `(has(self.blockSize) && self.blockSize != 0 ? self.blockSize : (${FAMILY} == 4 ? 26 : 122))`;
const MIGRATION = 'follow IP pool migration guide to avoid corruption.';
const apart = (network: string, address: string) =>
  `!cidr('${network}').containsIP(cidr(self.cidr).ip()) && !cidr(self.cidr).containsIP('${address}')`;

export const POOL_CIDR_RULES = rules(invalid(`CIDR cannot be changed; ${MIGRATION}`, 'self == oldSelf'));
export const POOL_BLOCK_SIZE_RULES = rules(
  invalid(`Block size cannot be changed; ${MIGRATION}`, 'self == oldSelf'),
);

export const POOL_RULES = rules(
  forbidden(
    'ipipMode and vxlanMode cannot both be enabled',
    `!(${tunnelled('ipipMode')} && ${tunnelled('vxlanMode')})`,
  ),
  forbidden(
    'LoadBalancer IP pool cannot have IPIP or VXLAN enabled',
    `!${usedFor('LoadBalancer')} || !(${tunnelled('ipipMode')} || ${tunnelled('vxlanMode')})`,
  ),
  forbidden(
    'LoadBalancer cannot be combined with Workload or Tunnel allowed uses',
    `!${usedFor('LoadBalancer')} || !(${usedFor('Workload')} || ${usedFor('Tunnel')})`,
  ),
  forbidden('IPIP is not supported on IPv6 pools', `${FAMILY} == 4 || !${tunnelled('ipipMode')}`),
  forbidden(
    'LoadBalancer IP pools cannot disable BGP export',
    `!${usedFor('LoadBalancer')} || !${on('disableBGPExport')}`,
  ),
  invalid(
    'IP Pool with AllowedUse LoadBalancer must have nodeSelector set to all()',
    `!${usedFor('LoadBalancer')} || (has(self.nodeSelector) && self.nodeSelector == 'all()')`,
  ),
  forbidden(
    'IP Pool with AllowedUse Tunnel cannot have namespaceSelector',
    `!${usedFor('Tunnel')} || !${some('namespaceSelector')}`,
  ),
  ...['nodeSelector', 'namespaceSelector'].map((field) =>
    invalid(`global() selector is not valid for IPPool ${field}`, withoutGlobal(field)),
  ),
  invalid('IPPool CIDR must be strictly masked', 'cidr(self.cidr).masked() == cidr(self.cidr)'),
  invalid(
    'IPPool CIDR overlaps with IPv4 link local range 169.254.0.0/16',
    apart('169.254.0.0/16', '169.254.0.0'),
  ),
  invalid('IPPool CIDR overlaps with IPv6 link local range fe80::/10', apart('fe80::/10', 'fe80::')),
  invalid(
    'blockSize must be between 20 and 32 for IPv4 pools, and between 116 and 128 for IPv6 pools',
    `${FAMILY} == 4 ? ${BLOCK} >= 20 && ${BLOCK} <= 32 : ${BLOCK} >= 116 && ${BLOCK} <= 128`,
  ),
  invalid(
    'IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.',
    `${on('disabled')} || cidr(self.cidr).prefixLength() <= ${BLOCK}`,
  ),
);
