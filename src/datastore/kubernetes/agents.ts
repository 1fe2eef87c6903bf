// Connections to the API server, kept alive and shared by the requests of one identity; the library would make new ones
// for each. When the identity changes (a certificate was renewed), what it replaces is closed as soon as its last
// request ends, so that there are never more than those in use and the newest.
import { Agent as HttpAgent } from 'node:http';
import { Agent, type RequestOptions } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { DatastoreError } from '../errors.ts';

/** How one request gets its connection. */
export interface Lease {
  readonly agent: HttpAgent;
  /** For a connection of its own, apart from the agent's. */
  readonly apart: RequestOptions;
  /** An agent that is not ours may connect in ways that we cannot see. */
  readonly foreign: boolean;
  /** Once, when the request has ended. */
  readonly release: () => void;
}

interface Pool {
  readonly agent: HttpAgent;
  readonly origin: string;
  readonly identity: Identity;
  requests: number;
  retired: boolean;
}

const IDENTITY = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const;
type Identity = Pick<RequestOptions, (typeof IDENTITY)[number]>;

export class Agents {
  #current: Pool | undefined;
  readonly #retired = new Set<Pool>();

  /** How many have not been closed. */
  get size(): number {
    return this.#retired.size + (this.#current ? 1 : 0);
  }

  /** `given`: what the library says about the request. Throws `datastore/invalid` when TLS cannot use it. */
  lease(url: URL, given: RequestOptions): Lease {
    // A proxy needs the library's own, which keeps no connection.
    if (given.agent && given.agent.constructor !== Agent && given.agent.constructor !== HttpAgent)
      return {
        agent: given.agent as HttpAgent,
        apart: { agent: given.agent },
        foreign: true,
        release: () => undefined,
      };
    const identity = identityOf(given);
    if (this.#current?.origin !== url.origin || !same(this.#current.identity, identity))
      this.#renew(url, identity);
    const pool = this.#current!;
    pool.requests++;
    return {
      agent: pool.agent,
      apart: { ...identity, agent: false },
      foreign: false,
      release: () => {
        pool.requests--;
        this.#closeIfUnused(pool);
      },
    };
  }

  close(): void {
    for (const { agent } of [...this.#retired, ...(this.#current ? [this.#current] : [])]) agent.destroy();
    this.#retired.clear();
    this.#current = undefined;
  }

  #renew(url: URL, identity: Identity): void {
    const plain = url.protocol === 'http:';
    if (!plain) checkCertificates(identity);
    const options = { ...identity, keepAlive: true, keepAliveMsecs: 30_000, maxSockets: 64 };
    const before = this.#current;
    this.#current = {
      agent: plain ? new HttpAgent(options) : new Agent(options),
      origin: url.origin,
      identity,
      requests: 0,
      retired: false,
    };
    if (!before) return;
    before.retired = true;
    this.#retired.add(before);
    this.#closeIfUnused(before);
  }

  #closeIfUnused(pool: Pool): void {
    if (!pool.retired || pool.requests > 0) return;
    pool.agent.destroy();
    this.#retired.delete(pool);
  }
}

function identityOf(given: RequestOptions): Identity {
  const all: RequestOptions = { ...(given.agent as Agent | undefined)?.options, ...given };
  return Object.fromEntries(
    IDENTITY.map((name) => [name, all[name]]).filter(([, value]) => value !== undefined),
  );
}

/** Certificates and keys are texts or bytes. */
const same = (a: Identity, b: Identity): boolean =>
  IDENTITY.every((name) => {
    const [x, y] = [a[name], b[name]];
    return x === y || (x !== undefined && y !== undefined && JSON.stringify(x) === JSON.stringify(y));
  });

/** TLS would throw what OpenSSL says in the middle of a request. */
function checkCertificates(given: SecureContextOptions): void {
  try {
    createSecureContext(given);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    throw new DatastoreError(
      'datastore/invalid',
      `the certificates or the key of the kubeconfig cannot be used${code === undefined ? '' : ` (${code})`}`,
      { hint: 'PEM is expected, and the key that belongs to the certificate' },
    );
  }
}
