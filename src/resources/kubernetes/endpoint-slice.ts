// What policy needs of an EndpointSlice: the addresses and ports behind a service.
export interface EndpointSliceSpec {
  /** The service that it belongs to, in its own namespace. */
  readonly service: string;
  /** Canonical, without length. */
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly protocol: 'TCP' | 'UDP' | 'SCTP'; readonly port: number }[];
}
