// Addresses, prefixes and ports as plain integer values. Text is parsed and printed only at the edges (parse.ts,
// format.ts, with `ip-address`); nothing here knows about policy.

export type Family = 4 | 6;

/** One address. `bits` is the address as an unsigned integer of 32 or 128 bits. */
export interface Address {
  readonly family: Family;
  readonly bits: bigint;
}

/** A network: host bits of `bits` are zero; `length` is 0..32 or 0..128. */
export interface Prefix {
  readonly family: Family;
  readonly bits: bigint;
  readonly length: number;
}

/** Inclusive on both ends; 0..65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}
