// One measured workload as a row, Felix's figures beside ours.
import type { Measured } from './measure.ts';
import { seconds, share } from './table.ts';

/** What Felix took on two cores: milliseconds of time and of CPU (the best of its runs), and megabytes. */
export interface Felix {
  readonly ms: number;
  readonly cpuMs?: number;
  readonly mb: number;
}

export const COLUMNS =
  'workload,size,time,Felix,share,CPU,Felix,share,heap,Felix,share,inputs,graph alone,sets / members,messages'.split(
    ',',
  );

/** Messages: one for each set, policy, profile and endpoint that came, and one for each that went again. */
export function resultRow(name: string, size: number, result: Measured, felix: Felix): string[] {
  const full = size === 1;
  const { added, removed } = result;
  const messages = [added, removed].map((m) => m.sets + m.policies + m.profiles + m.endpoints);
  console.error(`${name} ${size}: ${result.times.map(seconds).join(', ')}`);
  return [
    name,
    String(size),
    seconds(result.ms),
    full ? seconds(felix.ms) : '',
    full ? share(result.ms, felix.ms) : '',
    seconds(result.cpuMs),
    full && felix.cpuMs ? seconds(felix.cpuMs) : '',
    full && felix.cpuMs ? share(result.cpuMs, felix.cpuMs) : '',
    `${result.heapMb.toFixed(0)} MB`,
    full ? `${felix.mb} MB` : '',
    full ? share(result.heapMb, felix.mb) : '',
    `${result.inputMb.toFixed(0)} MB`,
    `${result.graphMb.toFixed(0)} MB`,
    `${added.sets} / ${added.members}`,
    messages[1] ? messages.join(' + ') : String(messages[0]),
  ];
}
