// Calico's translation of selectors in resources into the one selector that is evaluated. It is done on text, by
// concatenation, because ids are made from the result: brackets and even the blind replacement of `all()` are part
// of the contract. All functions take and give selector text; an empty string means "no selector".
import { formatSelector, normaliseSelector, parseSelector, prefixLabels } from '../selector/index.ts';

export const NAMESPACE_LABEL = 'projectcalico.org/namespace';
export const SERVICE_ACCOUNT_LABEL = 'projectcalico.org/serviceaccount';
export const ORCHESTRATOR_LABEL = 'projectcalico.org/orchestrator';
/** Labels of namespaces and of service accounts reach endpoints through profiles, with these prefixes. */
export const NAMESPACE_PREFIX = 'pcns.';
export const SERVICE_ACCOUNT_PREFIX = 'pcsa.';

/** The selectors of a policy as they stand in its spec. */
export interface PolicySelectors {
  readonly selector?: string | undefined;
  readonly namespaceSelector?: string | undefined;
  readonly serviceAccountSelector?: string | undefined;
}

/** The selectors of one side of a rule as they stand in its spec. */
export interface PeerSelectors {
  readonly selector?: string | undefined;
  readonly notSelector?: string | undefined;
  readonly namespaceSelector?: string | undefined;
  readonly serviceAccounts?:
    | { readonly names?: readonly string[] | undefined; readonly selector?: string | undefined }
    | undefined;
}

/** Which endpoints a policy applies to; `namespace` is undefined for global policies. */
export function policySelectorText(spec: PolicySelectors, namespace: string | undefined): string {
  const selector = trimmed(spec.selector);
  const serviceAccounts = prefixed(spec.serviceAccountSelector, SERVICE_ACCOUNT_PREFIX);
  if (namespace !== undefined) {
    const own = namespaceClause(namespace);
    const text = selector === '' ? own : `(${selector}) && ${own}`;
    return serviceAccounts === '' ? text : `(${text}) && ${serviceAccounts}`;
  }
  let text = selector;
  const namespaces = prefixed(spec.namespaceSelector, NAMESPACE_PREFIX);
  if (namespaces !== '') text = narrowed(text, namespaces, NAMESPACE_LABEL);
  if (serviceAccounts !== '') text = narrowed(text, serviceAccounts, SERVICE_ACCOUNT_LABEL);
  return text;
}

/** `current` and `clause`, where `all()` in either comes to mean "everything that has `label`". */
function narrowed(current: string, clause: string, label: string): string {
  const text = current === '' ? clause : `(${current}) && ${clause}`;
  return text.replaceAll('all()', `has(${label})`);
}

/** The positive selector of one side of a rule; `namespace` is that of the policy, undefined if it has none. */
export function peerSelectorText(peer: PeerSelectors, namespace: string | undefined): string {
  const namespaces = peerNamespaceText(peer, namespace);
  const text = both(serviceAccountText(peer), trimmed(peer.selector));
  const restricted =
    text !== '' || trimmed(peer.notSelector) !== '' || trimmed(peer.namespaceSelector) !== '';
  return namespaces !== '' && restricted ? both(namespaces, text) : text;
}

/** Selector and notSelector of one side of a rule as one: both given, they merge into a single positive selector. */
export function mergeNegative(positive: string, negative: string): { positive: string; negative: string } {
  if (positive === '' || negative === '') return { positive, negative };
  return { positive: `(${positive}) && (!(${negative}))`, negative: '' };
}

function peerNamespaceText(peer: PeerSelectors, namespace: string | undefined): string {
  const text = prefixed(peer.namespaceSelector, NAMESPACE_PREFIX);
  if (text !== '') {
    return text
      .replaceAll('all()', `has(${NAMESPACE_LABEL})`)
      .replaceAll('global()', `!has(${NAMESPACE_LABEL})`);
  }
  return namespace === undefined ? '' : namespaceClause(namespace);
}

function serviceAccountText(peer: PeerSelectors): string {
  const accounts = peer.serviceAccounts;
  if (!accounts) return '';
  const names = accounts.names ?? [];
  const byName =
    names.length === 0
      ? ''
      : normaliseSelector(`${SERVICE_ACCOUNT_LABEL} in { ${names.map((name) => `'${name}'`).join(', ')} }`);
  return both(prefixed(accounts.selector, SERVICE_ACCOUNT_PREFIX), byName);
}

function namespaceClause(namespace: string): string {
  return `${NAMESPACE_LABEL} == '${namespace}'`;
}

function both(first: string, second: string): string {
  if (first === '') return second;
  return second === '' ? first : `(${first}) && (${second})`;
}

export function trimmed(text: string | undefined): string {
  return text?.trim() ?? '';
}

/** Canonical text with every label name prefixed. What does not parse stays as it is, to fail where all is parsed. */
function prefixed(text: string | undefined, prefix: string): string {
  const selector = trimmed(text);
  if (selector === '') return '';
  const { value } = parseSelector(selector);
  return value ? formatSelector(prefixLabels(value, prefix)) : selector;
}
