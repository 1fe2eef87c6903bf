// Random EndpointSlices, and rules that name their services: as a source in what enters, as a destination in what leaves.
import type { Random } from './random.ts';
import type { Raw } from './rules.ts';
import { NAMESPACES, OUTSIDE, PORTS, SERVICES, SLOTS } from './universe.ts';

/** Some services have two slices of a family, some none. */
export function endpointSlices(rand: Random): Raw[] {
  return NAMESPACES.flatMap((namespace) =>
    SERVICES.flatMap((service) =>
      ([4, 4, 6, 6] as const).flatMap((family, n) => {
        if (rand.chance(0.4)) return [];
        const pool = [...SLOTS.flatMap((slot) => slot.addresses[family]), ...OUTSIDE[family]];
        return [
          {
            apiVersion: 'discovery.k8s.io/v1',
            kind: 'EndpointSlice',
            metadata: {
              namespace,
              name: `${service}-${n}`,
              labels: { 'kubernetes.io/service-name': service },
            },
            addressType: `IPv${family}`,
            endpoints: rand.some(pool, rand.between(1, 6)).map((address) => ({
              addresses: [address],
              conditions: { ready: rand.chance(0.8) },
            })),
            ports: Array.from({ length: rand.between(0, 3) }, (_, index) => ({
              name: `p${index}`,
              ...(rand.chance(0.8) && { protocol: rand.pick(['TCP', 'TCP', 'UDP', 'SCTP']) }),
              ...(rand.chance(0.95) && { port: rand.pick(PORTS) }),
            })),
          },
        ];
      }),
    ),
  );
}

/** Now and then a service takes the place of the peer; only a NetworkPolicy may leave its namespace to be its own. */
export function withServices(
  rand: Random,
  rule: Raw,
  side: 'source' | 'destination',
  namespaced: boolean,
): Raw {
  if (!rand.chance(side === 'source' ? 0.08 : 0.16)) return rule;
  const { ports, notPorts } = (rule[side] ?? {}) as Raw;
  const kept =
    side === 'source'
      ? { ...(ports !== undefined && { ports }), ...(notPorts !== undefined && { notPorts }) }
      : {};
  const services = {
    name: rand.pick(SERVICES),
    ...((!namespaced || rand.chance(0.5)) && { namespace: rand.pick(NAMESPACES) }),
  };
  return { ...rule, [side]: { ...kept, services } };
}
