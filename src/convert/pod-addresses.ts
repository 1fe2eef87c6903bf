// The addresses of a pod: what its status says, or what a CNI plugin has noted before the status is written. A pod that
// has finished has none, whatever its status still says.
import { type Path, type Problem, problem } from '../errors/problem.ts';
import { formatPrefix, parsePrefix } from '../net/index.ts';
import type { KubernetesObjectOf } from '../resources/index.ts';

type Pod = KubernetesObjectOf<'Pod'>;

const POD_IP = 'cni.projectcalico.org/podIP';
const POD_IPS = 'cni.projectcalico.org/podIPs';
const AWS_IPS = 'vpc.amazonaws.com/pod-ips';
const FINISHED = new Set(['Failed', 'Succeeded', 'Completed']);

/** A pod that is being deleted keeps its addresses until the CNI plugin has blanked its note of them. */
export function hasFinished({ metadata, status }: Pod): boolean {
  if (FINISHED.has(status.phase ?? '')) return true;
  const blanked = [POD_IP, AWS_IPS].some((name) => metadata.annotations?.get(name) === '');
  return metadata.deletionTimestamp !== undefined && blanked;
}

/** Each with its full length, in the order of the pod. Those that are no addresses are problems. */
export function podAddresses(pod: Pod): { addresses: string[]; problems: Problem[] } {
  const problems: Problem[] = [];
  if (hasFinished(pod)) return { addresses: [], problems };
  const addresses = candidates(pod).flatMap(({ text, path }) => {
    const parsed = parsePrefix(text);
    if (parsed) return [formatPrefix({ ...parsed.prefix, length: parsed.prefix.family === 4 ? 32 : 128 })];
    problems.push(problem('convert/address', `invalid address ${JSON.stringify(text)}`, { path }));
    return [];
  });
  return { addresses, problems };
}

interface Candidate {
  readonly text: string;
  readonly path: Path;
}

function candidates({ metadata, status }: Pod): Candidate[] {
  const listed = (status.podIPs ?? []).flatMap(({ ip }, index) =>
    ip ? [{ text: ip, path: ['status', 'podIPs', index, 'ip'] }] : [],
  );
  if (listed.length > 0) return listed;
  if (status.podIP) return [{ text: status.podIP, path: ['status', 'podIP'] }];
  for (const name of [POD_IPS, POD_IP, AWS_IPS]) {
    const text = metadata.annotations?.get(name);
    if (!text) continue;
    const path = ['metadata', 'annotations', name];
    return text.split(',').map((part) => ({ text: part.trim(), path }));
  }
  return [];
}
