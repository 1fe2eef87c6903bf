// What the fields of a BGPConfiguration demand of each other, and of its name.
import { fieldsOf, listOf } from '../fields.ts';
import { type Report } from '../schema.ts';

export const COMMUNITY = /^(\d+):(\d+)$|^(\d+):(\d+):(\d+)$/;

/** Two parts of 16 bits, or three of 32. */
function fits(community: string): boolean {
  const parts = community.split(':').map(Number);
  const most = parts.length === 2 ? 0xffff : 0xffff_ffff;
  return parts.every((part) => part <= most);
}

export function checkBgpConfiguration(value: unknown, report: Report): void {
  const spec = fieldsOf(value);
  const names = new Set<unknown>();
  listOf(spec['communities']).forEach((entry, index) => {
    const { name, value: community } = fieldsOf(entry);
    names.add(name);
    if (typeof community === 'string') checkCommunity(community, ['communities', index, 'value'], report);
  });
  listOf(spec['prefixAdvertisements']).forEach((entry, index) => {
    listOf(fieldsOf(entry)['communities']).forEach((community, at) => {
      if (typeof community !== 'string' || names.has(community)) return;
      const path = ['prefixAdvertisements', index, 'communities', at];
      if (COMMUNITY.test(community)) checkCommunity(community, path, report);
      else report({ message: 'community used is invalid or not defined.', path });
    });
  });
  if (names.size > 0 && listOf(spec['prefixAdvertisements']).length === 0) {
    const message = 'communities are defined but not used in prefixAdvertisements';
    report({ message, path: ['communities'] });
  }
  if (spec['nodeToNodeMeshEnabled'] === false) {
    for (const field of ['nodeMeshPassword', 'nodeMeshMaxRestartTime']) {
      if (spec[field] === undefined) continue;
      report({ message: `${field} cannot be set when nodeToNodeMeshEnabled is false`, path: [field] });
    }
  }
}

function checkCommunity(text: string, path: readonly (string | number)[], report: Report): void {
  if (COMMUNITY.test(text) && !fits(text)) {
    report({ message: 'invalid community value, expected 16|32 bit value', path });
  }
}

/** Field, and how Calico spells it in the message. */
const ONLY_ON_DEFAULT: readonly (readonly [string, string])[] = [
  ['nodeToNodeMeshEnabled', 'nodeToNodeMeshEnabled'],
  ['asNumber', 'ASNumber'],
  ['serviceLoadBalancerIPs', 'ServiceLoadBalancerIPs'],
  ['serviceExternalIPs', 'ServiceExternalIPs'],
  ['serviceClusterIPs', 'ServiceClusterIPs'],
  ['nodeMeshPassword', 'nodeMeshPassword'],
  ['nodeMeshMaxRestartTime', 'nodeMeshMaxRestartTime'],
];

/** What only the object named `default` may say. Paths are those of the whole resource. */
export function checkBgpConfigurationName(name: string, value: unknown, report: Report): void {
  if (name === 'default') return;
  const spec = fieldsOf(value);
  for (const [field, spelled] of ONLY_ON_DEFAULT) {
    const given = spec[field];
    if (given === undefined || (Array.isArray(given) && given.length === 0)) continue;
    report({ message: `Cannot set ${spelled} on a non default BGP Configuration.`, path: ['spec', field] });
  }
}
