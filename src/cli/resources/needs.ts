// What others cannot be without: a tier by its policies, a filter by its peers. It is written before them and deleted
// behind them, wherever it stands in the files; all else keeps its order. calicoctl goes by the files alone, and fails.
interface Kinded {
  readonly kind: string;
}

const NEEDED: ReadonlySet<string> = new Set(['Tier', 'BGPFilter']);
const isNeeded = ({ kind }: Kinded): boolean => NEEDED.has(kind);
const isNot = (object: Kinded): boolean => !isNeeded(object);

export function neededFirst<T extends Kinded>(objects: readonly T[]): readonly T[] {
  return [...objects.filter(isNeeded), ...objects.filter(isNot)];
}

export function neededLast<T extends Kinded>(objects: readonly T[]): readonly T[] {
  return [...objects.filter(isNot), ...objects.filter(isNeeded)];
}
