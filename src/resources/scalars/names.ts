// Names as Kubernetes and Calico have them. Predicates, and the schemas made of them.
import { textThat } from '../schema.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const SINGLE_LABEL = new RegExp(`^${LABEL}$`);

/** DNS subdomain of at most 253 characters. */
export function isSubdomain(name: string): boolean {
  return name.length <= 253 && SUBDOMAIN.test(name);
}

/** DNS label of at most 63 characters. */
export function isDnsLabel(name: string): boolean {
  return name.length <= 63 && SINGLE_LABEL.test(name);
}

export function hasSubdomainCharacters(name: string): boolean {
  return SUBDOMAIN.test(name);
}

/** Kubernetes qualified name: `[prefix/]name`, as in label and annotation keys. */
export function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash >= 0 && !isSubdomain(key.slice(0, slash))) return false;
  const name = key.slice(slash + 1);
  return name.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name);
}

export function isLabelValue(value: string): boolean {
  return value.length <= 63 && /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value);
}

/** A Linux interface that policy may name: no wildcards, since `*` and a trailing `+` match others in nft and iptables. */
export function isInterfaceName(name: string): boolean {
  return /^[a-zA-Z0-9_.-]{1,15}$/.test(name) && name !== '.' && name !== '..';
}

const INTERFACE_RULE = "1 to 15 characters of a-z, A-Z, 0-9, '_', '.' and '-'";

export const name = textThat(
  (value) => value === '' || isSubdomain(value),
  'invalid name',
  "lower case letters, digits, '-' and '.', at most 253 characters",
);
export const containerId = textThat(
  (value) => value === '' || /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(value),
  'invalid container ID',
);
export const interfaceName = textThat(isInterfaceName, 'invalid interface name', INTERFACE_RULE);
export const interfaceOrAll = textThat(
  (value) => value === '' || value === '*' || isInterfaceName(value),
  'invalid interface name',
  `"*" for all host interfaces, or ${INTERFACE_RULE}`,
);
