// Names of resources: what each kind accepts as `metadata.name`, in Calico's words.
import { hasSubdomainCharacters, isDnsLabel } from './scalars/names.ts';
import type { Report } from './schema.ts';

const SUBDOMAIN_RULE = "name must consist of lower case alphanumeric characters, '-' or '.'";
const LABEL_RULE = "name must consist of lower case alphanumeric characters or '-'";
const POLICY_HINT = "a policy's name has at most one dot";

const POLICIES = new Set([
  'NetworkPolicy',
  'StagedNetworkPolicy',
  'GlobalNetworkPolicy',
  'StagedGlobalNetworkPolicy',
]);
const COPIED = /^(knp|ossg)\.default\.(.+)$/;

export function checkName(kind: string, name: string, report: Report): void {
  const over = name.length - 253;
  if (over > 0) report({ message: `name is too long by ${over} bytes` });
  if (kind === 'Tier') {
    if (!isDnsLabel(name))
      report({ message: LABEL_RULE, hint: 'a tier has no dots and at most 63 characters' });
  } else if (POLICIES.has(kind)) {
    checkPolicyName(kind, name, report);
  } else if (!hasSubdomainCharacters(name)) report({ message: SUBDOMAIN_RULE });
}

function checkPolicyName(kind: string, name: string, report: Report): void {
  const namespaced = kind === 'NetworkPolicy' || kind === 'StagedNetworkPolicy';
  const copied = namespaced ? COPIED.exec(name) : null;
  if (copied && hasSubdomainCharacters(copied[2] ?? '')) return;
  const parts = name.split('.');
  const valid = parts.length <= 2 && hasSubdomainCharacters(name);
  if (!valid) report(parts.length > 2 ? { message: LABEL_RULE, hint: POLICY_HINT } : { message: LABEL_RULE });
}
