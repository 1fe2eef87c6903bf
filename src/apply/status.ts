// What is loaded, against the record of what was applied.
import type { Result } from '../errors/problem.ts';
import type { Runner, StateFolder } from '../host/index.ts';
import { hookLines } from '../plan/hooks.ts';
import { type KernelText, loadedDataplanes, readKernelText } from './kernel-text.ts';
import { isUnwatched, type Outcome, type Pending, readOutcome, readPending, timeLeft } from './pending.ts';
import { type AppliedRecord, fingerprint, readRecord } from './record.ts';

export interface Drift {
  readonly change: 'added' | 'changed' | 'removed';
  /** `nftables chain X`, `iptables-nft filter/v4 X`, `ipset X` … */
  readonly object: string;
}

export interface HostStatus {
  /** `as-applied`: exactly; `changed`: `drift` says what; `unrecorded`: loaded by something that takes no notes. */
  readonly state: 'as-applied' | 'changed' | 'unrecorded' | 'nothing';
  readonly loaded: readonly string[];
  readonly record?: AppliedRecord;
  readonly drift: readonly Drift[];
  readonly pending?: Pending & { readonly left: number; readonly unwatched: boolean };
  readonly outcome?: Outcome;
}

/** Changes nothing and takes no lock, so in the middle of a change it sees the middle. */
export async function readStatus(run: Runner, state: StateFolder): Promise<Result<HostStatus>> {
  const text = await readKernelText(run);
  if (!text.value) return { problems: text.problems };
  const record = readRecord(state);
  const found = readPending(state);
  const pending = found && { ...found, left: timeLeft(found), unwatched: isUnwatched(found) };
  const outcome = readOutcome(state);
  const loaded = loadedDataplanes(text.value);
  const drift = record ? driftOf(record, text.value) : [];
  return {
    value: {
      state: stateOf(record, loaded, drift),
      loaded,
      ...(record && { record }),
      drift,
      ...(pending && { pending }),
      ...(outcome && { outcome }),
    },
    problems: [],
  };
}

function stateOf(
  record: AppliedRecord | undefined,
  loaded: readonly string[],
  drift: readonly Drift[],
): HostStatus['state'] {
  if (!record) return loaded.length > 0 ? 'unrecorded' : 'nothing';
  return drift.length > 0 ? 'changed' : 'as-applied';
}

function driftOf(record: AppliedRecord, text: KernelText): Drift[] {
  const now = new Map(Object.entries(fingerprint(text)));
  const then = new Map(Object.entries(record.objects));
  const drift = [...new Set([...then.keys(), ...now.keys()])].flatMap((object): Drift[] => {
    if (!now.has(object)) return [{ change: 'removed', object }];
    if (!then.has(object)) return [{ change: 'added', object }];
    return now.get(object) === then.get(object) ? [] : [{ change: 'changed', object }];
  });
  return [...drift, ...misplaced(record, text)].toSorted((a, b) => (a.object < b.object ? -1 : 1));
}

/** Others may put rules between ours, but not before the first or behind the last. */
function misplaced({ dataplane, hooks }: AppliedRecord, { iptables }: KernelText): Drift[] {
  const backend = dataplane === 'iptables-legacy' ? 'legacy' : 'nft';
  return ([4, 6] as const).flatMap((family) =>
    iptables[backend][family].flatMap((table): Drift[] => {
      const place = `${table.table}/v${family}`;
      const wanted = hooks
        .filter((h) => h.table === place)
        .map(({ chain, position, text, comment }) => ({
          chain,
          position,
          rule: { text, ...(comment !== undefined && { comment }) },
        }));
      const layout = new Map(table.hooks.map(([chain, rules]) => [chain, rules.map((r) => r ?? undefined)]));
      if (wanted.length === 0 || hookLines(layout, wanted).length === 0) return [];
      return [{ change: 'changed', object: `${dataplane} ${place} place of the jumps` }];
    }),
  );
}
