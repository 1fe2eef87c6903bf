// Requests to an API server: where it is and who we are comes from @kubernetes/client-node, which knows kubeconfig files,
// service accounts, exec plugins and the refresh of tokens; the requests are our own over node:https, one connection for
// many. Its typed models drop unknown fields, its watch hangs on a connection that is half open and restarts without a
// pause (measured with 1.4.0).
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubernetesConfig } from '../config-types.ts';
import { link, longLived } from '../abort.ts';
import { cancelled, closed, DatastoreError, unauthorized } from '../errors.ts';
import { Refusal, Silence } from './faults.ts';
import { loadKubeConfig } from './kube-config.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Call {
  readonly query?: Query;
  readonly body?: unknown;
  /** Of a patch. */
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Api {
  /** The parsed body. Rejects with a Refusal (the server said no), a Silence, or a DatastoreError. */
  send(method: string, path: string, call?: Call): Promise<unknown>;
  /** One parsed line after the other, until the server ends the answer. */
  lines(path: string, call?: Call): AsyncGenerator<unknown, void>;
  close(): void;
}

/** Milliseconds. */
export interface ApiTimes {
  /** For a whole answer. */
  readonly answer: number;
  /** Between two pieces of a watch: bookmarks come about once a minute. */
  readonly silence: number;
}

const TIMES: ApiTimes = { answer: 60_000, silence: 150_000 };
/** A server that is starting or busy says when to come back. */
const TRIES = 8;
const LONGEST_RETRY_S = 10;
/** A message about an error is not longer. */
const MOST_OF_A_REFUSAL = 1 << 20;

interface Opened {
  readonly answer: IncomingMessage;
  readonly origin: string;
}

const WHY_NOT = 'kubectl with the same kubeconfig says why';

export function connectApi(config: KubernetesConfig, times: ApiTimes = TIMES): Api {
  const end = longLived();
  const agents = new Agents();
  let loading: Promise<KubeConfig> | undefined;
  /** A failure is not kept: the file may be there, or corrected, the next time. */
  const kubeConfig = () =>
    (loading ??= loadKubeConfig(config).catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));

  const open = async (method: string, path: string, call: Call, timeout: number): Promise<Opened> => {
    if (end.signal.aborted) throw closed();
    if (call.signal?.aborted) throw cancelled();
    const kc = await kubeConfig();
    const server = serverOf(kc);
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}${queryText(call.query)}`, server);
    const given: RequestOptions = {};
    // Each time: a token may have been refreshed.
    await kc.applyToHTTPSOptions(given).catch((error: unknown) => {
      throw unusable(error);
    });
    const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers = {
      ...(given.headers as OutgoingHttpHeaders | undefined),
      accept: 'application/json',
      'user-agent': 'tortie',
      ...(payload !== undefined && {
        'content-type': call.contentType ?? 'application/json',
        'content-length': Buffer.byteLength(payload),
      }),
    };
    const options = {
      method,
      headers,
      agent: agents.of(url, given),
      ...(given.auth && { auth: given.auth }),
    };
    const limits = { timeout, signals: [call.signal, end.signal] };
    return { answer: await answered(url, options, payload, limits), origin: url.origin };
  };

  const once = async (method: string, path: string, call: Call): Promise<unknown> => {
    const { answer, origin } = await open(method, path, call, times.answer);
    const text = await textOf(answer, origin);
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return parsed(text, origin);
    throw new Refusal(status, text, retryAfter(answer));
  };

  /** Cut short by either end; the next request says which. */
  const pause = async (seconds: number, signal: AbortSignal | undefined) => {
    const both = link(signal, end.signal);
    await sleep(seconds * 1_000, undefined, { signal: both.signal }).catch(() => undefined);
    both.release();
  };

  return {
    async send(method, path, call = {}) {
      for (let left = TRIES; ; left--) {
        try {
          return await once(method, path, call);
        } catch (error) {
          if (call.signal?.aborted) throw cancelled();
          if (end.signal.aborted) throw closed();
          const wait = error instanceof Refusal ? error.retryAfter : undefined;
          if (wait === undefined || left <= 1) throw error;
          await pause(Math.min(wait, LONGEST_RETRY_S) * (0.5 + Math.random()), call.signal);
        }
      }
    },
    async *lines(path, call = {}) {
      const { answer, origin } = await open('GET', path, call, times.silence);
      const status = answer.statusCode ?? 0;
      if (status !== 200) throw new Refusal(status, await textOf(answer, origin), retryAfter(answer));
      answer.setEncoding('utf8');
      let rest = '';
      for await (const piece of answer as AsyncIterable<string>) {
        const parts = (rest + piece).split('\n');
        rest = parts.pop() ?? '';
        for (const line of parts) if (line !== '') yield parsed(line, origin);
      }
    },
    close() {
      end.abort();
      agents.close();
    },
  };
}

function serverOf(kc: KubeConfig): URL {
  const server = kc.getCurrentCluster()?.server ?? '';
  if (/^https?:/.test(server) && URL.canParse(server)) return new URL(server);
  // Not quoted: there could be a password in it.
  throw new DatastoreError(
    'datastore/invalid',
    'the address of the API server is no URL with http:// or https://',
    { hint: 'see KUBECONFIG and K8S_API_ENDPOINT' },
  );
}

/** Why there are no credentials. Only what the system says is told: the rest can hold what a plugin printed. */
function unusable(error: unknown): DatastoreError {
  const { code, path, syscall = '' } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof code !== 'string' || typeof path !== 'string')
    return unauthorized('the credentials of the kubeconfig cannot be used', WHY_NOT);
  const what = syscall.startsWith('spawn') ? 'run' : 'read';
  return new DatastoreError('datastore/invalid', `the kubeconfig: cannot ${what} ${path}: ${code}`, {
    hint: WHY_NOT,
  });
}

interface Limits {
  readonly timeout: number;
  readonly signals: readonly (AbortSignal | undefined)[];
}

/** The answer's head. The socket's own timer watches the rest of it. */
function answered(
  url: URL,
  options: RequestOptions,
  payload: string | undefined,
  { timeout, signals }: Limits,
): Promise<IncomingMessage> {
  return new Promise((done, failed) => {
    const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, { ...options, timeout });
    const stop = () => request.destroy();
    for (const signal of signals) signal?.addEventListener('abort', stop, { once: true });
    const release = () => {
      for (const signal of signals) signal?.removeEventListener('abort', stop);
    };
    let answer: IncomingMessage | undefined;
    request.on('timeout', () => {
      const silence = new Silence(url.origin, `no answer within ${Math.round(timeout / 1_000)} s`);
      // The reader of an answer would otherwise only hear that it broke off.
      answer?.destroy(silence);
      request.destroy(silence);
    });
    request.on('close', release);
    request.on('error', (error) =>
      failed(error instanceof Silence ? error : new Silence(url.origin, error.message, error)),
    );
    request.on('response', (message) => {
      answer = message;
      done(message);
    });
    // An alias of node's own can be aborted before the listeners were there.
    if (signals.some((signal) => signal?.aborted)) stop();
    request.end(payload);
  });
}

/** Half an answer is none. */
async function textOf(answer: IncomingMessage, origin: string): Promise<string> {
  try {
    return await wholeText(answer);
  } catch (error) {
    if (error instanceof Silence) throw error;
    throw new Silence(origin, `the answer broke off: ${(error as Error).message}`, error);
  }
}

function parsed(text: string, origin: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new DatastoreError('datastore/failed', `${origin} answers with something that is not JSON`, {
      hint: 'is this the address of a Kubernetes API server?',
    });
  }
}

async function wholeText(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8');
  const pieces: string[] = [];
  let length = 0;
  const refusal = (answer.statusCode ?? 0) >= 300;
  for await (const piece of answer as AsyncIterable<string>) {
    pieces.push(piece);
    length += piece.length;
    if (refusal && length > MOST_OF_A_REFUSAL) break;
  }
  return pieces.join('');
}

/** Seconds; only where the server wants us to come back. */
function retryAfter({ statusCode, headers }: IncomingMessage): number | undefined {
  if (statusCode !== 429 && statusCode !== 503) return undefined;
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? seconds : statusCode === 429 ? 1 : undefined;
}

function queryText(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return '';
  return `?${new URLSearchParams(Object.fromEntries(given.map(([key, value]) => [key, String(value)]))).toString()}`;
}

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

/** One agent for the same identity, so that connections live on; the library makes one for each request. */
class Agents {
  readonly #agents = new Map<string, HttpAgent>();

  of(url: URL, given: RequestOptions): HttpAgent {
    // A proxy needs the library's own.
    if (given.agent && given.agent.constructor !== Agent && given.agent.constructor !== HttpAgent)
      return given.agent as HttpAgent;
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = {
      ...(given.agent as Agent | undefined)?.options,
      ...given,
    } as RequestOptions;
    const identity = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
    const known = `${url.origin} ${JSON.stringify(identity)}`;
    let agent = this.#agents.get(known);
    if (!agent) {
      const present = Object.fromEntries(Object.entries(identity).filter(([, value]) => value !== undefined));
      const options = { ...present, keepAlive: true, keepAliveMsecs: 30_000, maxSockets: 64 };
      if (url.protocol !== 'http:') checkCertificates(present);
      agent = url.protocol === 'http:' ? new HttpAgent(options) : new Agent(options);
      this.#agents.set(known, agent);
    }
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }
}
