// HostFacts: what the host itself contributes, as a value. Read live by src/host, or from `--host FILE` offline.
// It stands here and not in src/host because verdict and render need the value and may not know how it is had.

export interface HostFacts {
  readonly interfaces: readonly HostInterface[];
  /** Absent: not asked, assume the newest that we support. */
  readonly tools?: HostTools;
}

export interface HostInterface {
  readonly name: string;
  /** Plain canonical addresses without length. */
  readonly addresses: readonly string[];
}

export interface HostTools {
  readonly nft?: string;
  readonly iptables?: { readonly version: string; readonly backends: readonly ('nft' | 'legacy')[] };
  readonly ipset?: string;
  readonly conntrack?: string;
}

export const NO_HOST_FACTS: HostFacts = { interfaces: [] };
