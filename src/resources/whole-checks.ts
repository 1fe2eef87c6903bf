// What depends on more than one part of a resource: its kind, its name, its metadata and its spec. Runs whatever else
// failed, on values that may not have parsed. Paths are those of the whole resource.
import { checkBuiltin } from './builtins.ts';
import { checkBgpConfigurationName } from './kinds/bgp-configuration-checks.ts';
import { checkName } from './naming.ts';
import { isDnsLabel } from './scalars/names.ts';
import { fieldsOf, textOf } from './fields.ts';
import { type Report } from './schema.ts';
import type { KindInfo } from './catalogue.ts';
import { checkWorkloadEndpointName } from './workload-name.ts';

/** Kinds of which there is one object, as Calico's message calls them. */
const SINGLETONS: ReadonlyMap<string, string> = new Map([
  ['ClusterInformation', 'a Cluster Information'],
  ['IPAMConfiguration', 'an IPAMConfiguration'],
  ['KubeControllersConfiguration', 'a Kube Controllers Configuration'],
]);
const NAMESPACE_LABEL = 'projectcalico.org/namespace';

export function checkWhole(info: KindInfo, raw: Readonly<Record<string, unknown>>, report: Report): void {
  const metadata = fieldsOf(raw['metadata']);
  const name = metadata['name'];
  if (name === undefined || name === '') checkMissingName(info.kind, metadata, report);
  else if (typeof name === 'string') {
    checkName(info.kind, name, (fault) => report({ ...fault, path: ['metadata', 'name'] }));
    checkBuiltin(info.kind, name, raw['spec'], report);
    checkKindAndName(info.kind, name, raw, report);
  }
  // Without a name it is made of the identifiers, which are checked either way.
  if (info.kind === 'WorkloadEndpoint') {
    checkWorkloadEndpointName(textOf(name), raw['spec'], report);
  }
  checkNamespace(info, metadata['namespace'], report);
}

function checkMissingName(kind: string, metadata: Readonly<Record<string, unknown>>, report: Report): void {
  if (kind === 'WorkloadEndpoint') return;
  const generate = metadata['generateName'] === undefined ? '' : ' (GenerateName is not supported)';
  report({
    message: `name is required${generate}`,
    path: ['metadata', 'name'],
    code: 'resource/missing-field',
  });
}

function checkNamespace(info: KindInfo, namespace: unknown, report: Report): void {
  if (typeof namespace !== 'string' || namespace === '') return;
  const path = ['metadata', 'namespace'];
  if (!info.namespaced) {
    const message =
      'namespace should not be specified for a non-namespaced resource. ' +
      `${info.kind} is not a namespaced resource`;
    report({ message, path });
  } else if (!isDnsLabel(namespace)) {
    report({ message: "namespace must consist of lower case alphanumeric characters or '-'", path });
  }
}

function checkKindAndName(
  kind: string,
  name: string,
  raw: Readonly<Record<string, unknown>>,
  report: Report,
): void {
  const called = SINGLETONS.get(kind);
  if (called !== undefined && name !== 'default') {
    report({
      message: `Cannot create ${called} resource with a name other than "default"`,
      path: ['metadata', 'name'],
    });
  }
  const ownNodes = name === 'default' || name.startsWith('node.');
  if (kind === 'FelixConfiguration' && ownNodes && textOf(fieldsOf(raw['spec'])['nodeSelector'])) {
    const message = "nodeSelector must not be set on the 'default' or per-node ('node.*') FelixConfiguration";
    report({ message, path: ['spec', 'nodeSelector'] });
  }
  if (kind === 'BGPConfiguration') checkBgpConfigurationName(name, raw['spec'], report);
  if (kind === 'NetworkSet' || kind === 'GlobalNetworkSet') {
    const labels = fieldsOf(fieldsOf(raw['metadata'])['labels']);
    if (Object.hasOwn(labels, NAMESPACE_LABEL)) {
      const path = ['metadata', 'labels', NAMESPACE_LABEL];
      report({ message: `${NAMESPACE_LABEL} is not a valid label name`, path });
    }
  }
}
