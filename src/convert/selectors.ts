// Label selectors of Kubernetes → selector text, exactly as Calico writes it. The parts are label names and values that
// the schema has checked, so nothing needs to be escaped.
import type { LabelSelector } from '../resources/index.ts';

const ORCHESTRATOR = "projectcalico.org/orchestrator == 'k8s'";

/** Pods: never anything that is not of Kubernetes. Without a selector, all of them. */
export function podSelector(selector: LabelSelector | undefined): string {
  return [ORCHESTRATOR, ...terms(selector)].join(' && ');
}

/** Namespaces, or the labels of anything: absent is no condition, empty is everything. */
export function namespaceSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '';
  const found = terms(selector);
  return found.length === 0 ? 'all()' : found.join(' && ');
}

function terms(selector: LabelSelector | undefined): string[] {
  const labels = [...(selector?.matchLabels ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  const equal = labels.map(([key, value]) => `${key} == '${value}'`);
  const others = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    const list = values.map((value) => `'${value}'`).join(', ');
    switch (operator) {
      case 'In':
        return `${key} in { ${list} }`;
      case 'NotIn':
        return `${key} not in { ${list} }`;
      case 'Exists':
        return `has(${key})`;
      case 'DoesNotExist':
        return `! has(${key})`;
    }
  });
  return [...equal, ...others];
}
