// EndpointSlice → what the sets of a service are made of. As in Calico, it does not matter whether an endpoint is ready,
// names are skipped, and so is a port without a number. The Service itself says nothing to policy.
import { formatAddress, parseAddress } from '../net/index.ts';
import type { KubernetesEndpointSlice, KubernetesObjectOf } from '../resources/index.ts';
import type { Conversion } from './conversion.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';

/** No value for a slice that names no service. */
export function convertEndpointSlice(
  slice: KubernetesObjectOf<'EndpointSlice'>,
): Conversion<KubernetesEndpointSlice> {
  const { name, namespace = 'default', labels } = slice.metadata;
  const service = labels?.get(SERVICE_NAME);
  if (!service) return { problems: [] };
  const addresses = (slice.endpoints ?? [])
    .flatMap((endpoint) => endpoint.addresses ?? [])
    .flatMap((text) => {
      const parsed = parseAddress(text);
      return parsed ? [formatAddress(parsed)] : [];
    });
  const ports = (slice.ports ?? []).flatMap(({ protocol = 'TCP', port }) =>
    port === undefined ? [] : [{ protocol, port } as const],
  );
  const value: KubernetesEndpointSlice = {
    apiVersion: 'projectcalico.org/v3',
    kind: 'KubernetesEndpointSlice',
    metadata: { name, namespace },
    spec: { service, addresses: [...new Set(addresses)], ports },
  };
  return { value, problems: [] };
}
