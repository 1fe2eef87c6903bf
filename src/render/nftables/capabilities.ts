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
   * Older kernels check a changed table by walking every path through its chains, and with `goto` every passing rule
   * leads to every endpoint: 20 endpoints and 5 passing rules in each of 3 tiers are 20 million visits, in which such a
   * kernel hangs. Newer ones visit a chain once.
   */
  readonly maxWalk: number;
  /**
   * Equal lists of endpoints with at least so many calls are one chain for all of them; shorter ones stay with their
   * endpoints, where they are easier to find and their counters say more.
   */
  readonly shareFrom: number;
}

export const DEFAULT_CAPABILITIES: NftCapabilities = {
  pass: 'auto',
  maxNesting: 15,
  maxWalk: 200_000,
  shareFrom: 32,
};
