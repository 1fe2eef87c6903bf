// What it takes to reach an etcd cluster. Texts, not file names: config.ts reads the files.
export interface EtcdSettings {
  /** URLs of members, `http://` or `https://`, in the order in which they are tried. */
  readonly endpoints: readonly string[];
  /** Used only together with the password. */
  readonly username?: string;
  readonly password?: string;
  readonly tls?: EtcdTls;
  readonly timing?: Partial<EtcdTiming>;
}

/** PEM each; certificate and key together. */
export interface EtcdTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** Milliseconds. */
export interface EtcdTiming {
  readonly dial: number;
  /** For one request and its answer; a list is several. */
  readonly request: number;
  /** After so long without a word from the server it is asked for one, */
  readonly keepalive: number;
  /** and this long is waited for it. */
  readonly keepaliveTimeout: number;
}

/** Calico's, but for the request, which has no limit there. */
export const TIMING: EtcdTiming = {
  dial: 10_000,
  request: 30_000,
  keepalive: 30_000,
  keepaliveTimeout: 10_000,
};
