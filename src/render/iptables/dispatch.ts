// From an interface to its chain. iptables has no map, so the names are a tree by their leading characters: a chain of at
// most `FAN_OUT` names lists them, a larger one tells them apart by the next character. A chain that a `goto` led to must
// end as its root does, since its end is not the root's.
import type { ResourceKey } from '../../resources/index.ts';
import type { ChainText, RuleLine } from '../ruleset.ts';
import { chain, CHAIN_PREFIX, chainName } from './chain.ts';
import { commentText, interfaceName, interfacePrefix } from './quote.ts';

const FAN_OUT = 8;
/** `goto` counts as nesting too, of which iptables-nft has 16: names made to be awkward end in a long list instead. */
const MAX_DEPTH = 4;

export interface Leaf {
  readonly interface: string;
  readonly target: string;
  readonly endpoint?: ResourceKey;
}

export interface DispatchTree {
  /** Name without `tortie-`, e.g. `from-workload`; the chains below it are `from-workload/cali1`. */
  readonly root: string;
  readonly option: '-i' | '-o';
  /** What meets an interface that is not in the tree; without it the packet goes back to the caller. */
  readonly end?: RuleLine;
}

/** `leaves` are sorted by interface, none twice. The root first. */
export function dispatchChains(tree: DispatchTree, leaves: readonly Leaf[]): ChainText[] {
  const chains: ChainText[] = [];
  const end = tree.end === undefined ? [] : [tree.end];
  const add = (name: string, under: readonly Leaf[], depth: number) => {
    const rules: RuleLine[] = [];
    const pending: (() => void)[] = [];
    if (under.length <= FAN_OUT || depth === MAX_DEPTH) {
      rules.push(...under.map((leaf) => leafRule(tree.option, leaf)));
    } else {
      const prefix = commonPrefix(under);
      for (const [start, bin] of bins(under, prefix.length + 1)) {
        const [only] = bin;
        if (bin.length === 1 && only !== undefined) {
          rules.push(leafRule(tree.option, only));
        } else {
          const child = chainName(`${tree.root}/`, start);
          rules.push({ text: `${tree.option} ${interfacePrefix(start)} -g ${child}` });
          pending.push(() => add(child, bin, depth + 1));
        }
      }
    }
    chains.push(chain(name, [...rules, ...end]));
    for (const next of pending) next();
  };
  add(CHAIN_PREFIX + tree.root, leaves, 1);
  return chains;
}

function leafRule(option: '-i' | '-o', leaf: Leaf): RuleLine {
  const comment = leaf.endpoint === undefined ? {} : { comment: commentText(leaf.endpoint) };
  return { text: `${option} ${interfaceName(leaf.interface)} -g ${leaf.target}`, ...comment };
}

function commonPrefix(leaves: readonly Leaf[]): string {
  const first = leaves[0]?.interface ?? '';
  const last = leaves.at(-1)?.interface ?? '';
  let n = 0;
  while (n < first.length && first[n] === last[n]) n++;
  return first.slice(0, n);
}

/** By the first `length` characters; a name that is shorter is a bin of its own. */
function bins(leaves: readonly Leaf[], length: number): Map<string, Leaf[]> {
  const found = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const start = leaf.interface.slice(0, length);
    const bin = found.get(start);
    if (bin === undefined) found.set(start, [leaf]);
    else bin.push(leaf);
  }
  return found;
}
