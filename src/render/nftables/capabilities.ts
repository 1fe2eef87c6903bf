// What the lowering may count on, and what it was asked for.
export interface NftCapabilities {
  /**
   * How a policy passes a packet to the next tier: `goto` needs no packet mark, but every tier then stands deeper than
   * the one before; `mark` uses one bit of the mask, and no depth; `auto` is `goto` as long as the limits allow it.
   */
  readonly pass: 'auto' | 'goto' | 'mark';
  /** The kernel follows 15 jumps, gotos and map edges from a base chain and refuses the 16th. */
  readonly maxNesting: number;
  /**
   * Kernels before 6.18.2 check a ruleset by walking every path of it, and with `goto` every passing rule leads to every
   * endpoint: beyond this many chain visits such a kernel hangs in the transaction.
   */
  readonly maxWalk: number;
}

export const DEFAULT_CAPABILITIES: NftCapabilities = { pass: 'auto', maxNesting: 15, maxWalk: 200_000 };
