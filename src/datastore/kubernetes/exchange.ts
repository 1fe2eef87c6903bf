// One request and the head of its answer, with the limits on the way: for the connection, and for a server that accepts and
// then says nothing. A slow answer is no silence (a long list, a write that passes webhooks): a server is doubted only
// when it does not answer something small either, on a connection of its own.
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import { Silence } from './faults.ts';

/** Milliseconds, and whom to ask. */
export interface Limits {
  readonly connect: number;
  readonly doubt: number;
  /** Between two pieces of the answer, and before its first. */
  readonly silence: number;
  /** The agent connects in its own way: the connection's time begins with the request. */
  readonly foreign: boolean;
  readonly signals: readonly (AbortSignal | undefined)[];
  /** False: it was asked, and said nothing. */
  readonly isThere: () => Promise<boolean>;
  /** Called once, when the request and its answer have ended, or it was never sent. */
  readonly ended: () => void;
}

const send = (url: URL, options: RequestOptions): ClientRequest =>
  (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, options);

/** It throws at once what cannot be sent. */
function sent(url: URL, options: RequestOptions, ended: () => void): ClientRequest {
  try {
    return send(url, options);
  } catch (error) {
    ended();
    throw error;
  }
}

const seconds = (ms: number) => `${Math.max(1, Math.round(ms / 1_000))} s`;

/** The answer's head; rejects with a Silence. The socket's own timer watches the rest. */
export function exchange(
  url: URL,
  options: RequestOptions,
  payload: string | undefined,
  limits: Limits,
): Promise<IncomingMessage> {
  const { connect, doubt, silence: timeout, signals } = limits;
  return new Promise((done, failed) => {
    const request = sent(url, { ...options, timeout }, limits.ended);
    let answer: IncomingMessage | undefined;
    let timer: NodeJS.Timeout | undefined;
    const silent = (message: string) => {
      const silence = new Silence(url.origin, message);
      // The reader of an answer would otherwise only hear that it broke off.
      answer?.destroy(silence);
      request.destroy(silence);
    };
    const within = (ms: number, otherwise: () => void) => {
      clearTimeout(timer);
      timer = setTimeout(otherwise, ms);
    };
    const connecting = () => within(connect, () => silent(`no connection within ${seconds(connect)}`));
    const doubting = async () => {
      const started = performance.now();
      const there = await limits.isThere().catch(() => true);
      if (there || answer || request.destroyed) return;
      const waited = doubt + performance.now() - started;
      silent(`connected, but no answer within ${seconds(waited)}, and none to GET /version either`);
    };
    const waiting = () => within(doubt, () => void doubting());
    const stop = () => request.destroy();
    for (const signal of signals) signal?.addEventListener('abort', stop, { once: true });
    request.on('close', () => {
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener('abort', stop);
      limits.ended();
    });
    request.on('timeout', () => silent(`no answer within ${seconds(timeout)}`));
    request.on('error', (error) =>
      failed(error instanceof Silence ? error : new Silence(url.origin, error.message, error)),
    );
    if (limits.foreign) connecting();
    // Not before it has one: with many at a time some wait for their turn.
    request.on('socket', (socket: Socket) => {
      if (!socket.connecting) return waiting();
      connecting();
      socket.once(url.protocol === 'http:' ? 'connect' : 'secureConnect', waiting);
    });
    request.on('response', (message) => {
      clearTimeout(timer);
      answer = message;
      done(message);
    });
    // An alias of node's own can be aborted before the listeners were there.
    if (signals.some((signal) => signal?.aborted)) stop();
    request.end(payload);
  });
}

/**
 * Whether a server answers anything at all, be it a refusal. An error is an answer too: somebody refuses, and what is under
 * way may yet end well, as with an API server that is being stopped.
 */
export function isThere(
  url: URL,
  options: RequestOptions,
  within: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((done) => {
    const request = send(url, options);
    const stop = () => request.destroy();
    // What has arrived while this process was busy with something else is read first.
    const timer = setTimeout(() => setImmediate(() => setImmediate(() => end(false))), within);
    function end(there: boolean): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      done(there);
      request.destroy();
    }
    signal.addEventListener('abort', stop, { once: true });
    request.on('response', () => end(true));
    request.on('error', () => end(true));
    request.end();
  });
}
