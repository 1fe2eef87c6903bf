// One member of the cluster: its connection, made when it is first needed and again after it was lost, and the services
// behind it.
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { Auth, KV, Watch } from './generated/etcd_pb.ts';
import type { EtcdTiming, EtcdTls } from './settings.ts';

type SessionManager = NonNullable<Parameters<typeof createGrpcTransport>[0]['sessionManager']>;

export interface Member {
  /** Scheme, host and port, without anything secret. */
  readonly endpoint: string;
  readonly kv: Client<typeof KV>;
  readonly watch: Client<typeof Watch>;
  readonly auth: Client<typeof Auth>;
  /** Undefined once it is connected, otherwise why it is not. */
  readonly dial: () => Promise<{ readonly reason: unknown } | undefined>;
  /** What broke the connection last, where the error of a request may only say that it broke. */
  readonly lastError: () => unknown;
  readonly close: () => void;
}

export function createMember(url: string, timing: EtcdTiming, tls: EtcdTls = {}): Member {
  const endpoint = new URL(url).origin;
  const sessionManager = new Http2SessionManager(
    endpoint,
    { pingIntervalMs: timing.keepalive, pingTimeoutMs: timing.keepaliveTimeout },
    { minVersion: 'TLSv1.2', ...tls },
  );
  const transport = createGrpcTransport({
    baseUrl: endpoint,
    sessionManager: withLateErrors(sessionManager),
    acceptCompression: [],
    defaultTimeoutMs: timing.request,
  });
  return {
    endpoint,
    kv: createClient(KV, transport),
    watch: createClient(Watch, transport),
    auth: createClient(Auth, transport),
    async dial() {
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise<'timeout'>((resolve) => {
        timer = setTimeout(() => resolve('timeout'), timing.dial);
      });
      const state = await Promise.race([sessionManager.connect(), tooLong]);
      clearTimeout(timer);
      if (state === 'timeout') {
        const reason = new Error(`no connection within ${Math.max(1, Math.round(timing.dial / 1_000))} s`);
        sessionManager.abort(reason);
        return { reason };
      }
      return state === 'error' ? { reason: sessionManager.error() } : undefined;
    },
    lastError: () => sessionManager.error(),
    close: () => sessionManager.abort(),
  };
}

/**
 * A session that was given up tells its error only when its socket is closed, which can be after the manager has stopped
 * listening; then it would end the process.
 */
function withLateErrors(manager: Http2SessionManager): SessionManager {
  const known = new WeakSet<object>();
  return {
    authority: manager.authority,
    async request(...request) {
      const stream = await manager.request(...request);
      const { session } = stream;
      if (session && !known.has(session)) {
        known.add(session);
        session.on('error', () => undefined);
      }
      return stream;
    },
    notifyResponseByteRead: (stream) => manager.notifyResponseByteRead(stream),
  };
}
