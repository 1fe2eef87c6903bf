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
  /** In OpenSSL's words. */
  readonly ciphers?: string;
}

/** Milliseconds. */
export interface EtcdTiming {
  /** For a connection; several members share it. */
  readonly dial: number;
  /** For one request and its answer; etcd itself gives one up after about seven seconds. */
  readonly request: number;
  /** For a page of a list behind the first, which can be megabytes. */
  readonly page: number;
  /** After so long without a word from the server it is asked for one, */
  readonly keepalive: number;
  /** and this long is waited for it. */
  readonly keepaliveTimeout: number;
}

/** Of the time for a connection each of several members gets at least this: a packet may have to be sent again. */
const LEAST_DIAL = 3_000;

export const dialOf = ({ dial }: EtcdTiming, members: number): number =>
  Math.max(dial / members, Math.min(dial, LEAST_DIAL));

/** Calico's, but for requests and pages, which have no limit there. */
export const TIMING: EtcdTiming = {
  dial: 10_000,
  request: 10_000,
  page: 30_000,
  keepalive: 30_000,
  keepaliveTimeout: 10_000,
};
