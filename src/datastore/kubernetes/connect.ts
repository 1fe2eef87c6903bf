// Requests to an API server: where it is and who we are comes from @kubernetes/client-node, which knows kubeconfig files,
// service accounts, exec plugins and the refresh of tokens; the requests are our own over node:https, one connection for
// many. Its typed models drop unknown fields, its watch hangs on a connection that is half open and restarts without a
// pause (measured with 1.4.0).
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubernetesConfig } from '../config-types.ts';
import { link, longLived } from '../abort.ts';
import { cancelled, closed, DatastoreError, unauthorized } from '../errors.ts';
import { Agents } from './agents.ts';
import { exchange, isThere } from './exchange.ts';
import { Refusal, Silence } from './faults.ts';
import { loadKubeConfig } from './kube-config.ts';
import { type Clock, createThrottle, type Rate } from './throttle.ts';

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
  /** For a connection, TLS included. */
  readonly connect: number;
  /** After so long without an answer the server is asked whether it is there, and this long is waited for that. */
  readonly doubt: number;
  /** For a whole answer of a server that is there: a long list, a write that passes webhooks. */
  readonly answer: number;
  /** Between two pieces of a watch: bookmarks come about once a minute. */
  readonly silence: number;
}

/** A human is told within ten seconds that nobody is there; kubectl waits 30 s for a connection, and for ever behind it. */
const TIMES: ApiTimes = { connect: 10_000, doubt: 5_000, answer: 60_000, silence: 150_000 };

export interface ApiOptions {
  readonly times?: Partial<ApiTimes>;
  /** For the rate of requests. */
  readonly clock?: Clock;
}

/**
 * Of Calico's client, for the one of the two that is not given. Where neither is, there is no limit: Calico's 5 a second
 * made hundreds of objects a matter of minutes, and API servers have long shared themselves out fairly, with 429.
 */
const RATE: Rate = { qps: 5, burst: 100 };

function rateOf({ qps, burst }: KubernetesConfig): Rate | undefined {
  if ((qps === undefined && burst === undefined) || (qps ?? 0) < 0) return undefined;
  return { qps: qps ?? RATE.qps, burst: burst ?? RATE.burst };
}

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

export function connectApi(config: KubernetesConfig, options: ApiOptions = {}): Api {
  const times = { ...TIMES, ...options.times };
  const rate = rateOf(config);
  const throttle = rate && createThrottle(rate, options.clock);
  const end = longLived();
  const agents = new Agents();
  let loading: Promise<KubeConfig> | undefined;
  /** Once for all that doubt. */
  let asking: Promise<boolean> | undefined;
  /** A failure is not kept: the file may be there, or corrected, the next time. */
  const kubeConfig = () =>
    (loading ??= loadKubeConfig(config).catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));

  const open = async (method: string, path: string, call: Call, silence: number): Promise<Opened> => {
    if (end.signal.aborted) throw closed();
    if (call.signal?.aborted) throw cancelled();
    const kc = await kubeConfig();
    const server = serverOf(kc);
    const prefix = server.pathname.replace(/\/$/, '');
    const url = new URL(`${prefix}${path}${queryText(call.query)}`, server);
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
    const lease = agents.lease(url, given);
    const options = { method, headers, agent: lease.agent, ...(given.auth && { auth: given.auth }) };
    const answer = await exchange(url, options, payload, {
      connect: times.connect,
      doubt: times.doubt,
      silence,
      foreign: lease.foreign,
      signals: [call.signal, end.signal],
      isThere: () =>
        (asking ??= isThere(
          new URL(`${prefix}/version`, server),
          lease.apart,
          times.doubt,
          end.signal,
        ).finally(() => (asking = undefined))),
      ended: lease.release,
    });
    return { answer, origin: url.origin };
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
          await throttle?.(call.signal);
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
