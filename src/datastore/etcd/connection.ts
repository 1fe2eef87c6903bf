// The cluster as one thing to talk to: the first member that can be reached, a token where there is a password, and
// what may be tried again. Reads go on to the next member when one fails; a write that may have arrived is never sent
// twice, so it goes on only while no connection was had.
import type { CallOptions as RpcOptions } from '@connectrpc/connect';
import { link, type Link, longLived, untilAborted } from '../abort.ts';
import { cancelled, closed, type DatastoreError } from '../errors.ts';
import { faultOf, isAboutToken, isAuthDisabled, isLost, type Unreached, unreachable } from './faults.ts';
import { createMember, type Member } from './member.ts';
import { dialOf, type EtcdSettings, type EtcdTiming, TIMING } from './settings.ts';

export interface Session {
  readonly member: Member;
  readonly options: RpcOptions & { readonly signal: AbortSignal };
}

export interface Connection {
  readonly timing: EtcdTiming;
  /** How many members there are. */
  readonly size: number;
  /** Aborted by `signal` and by close(); release it. */
  readonly link: (signal: AbortSignal | undefined) => Link;
  /** Sends `request`, perhaps more than once if it is a read; rejects with a DatastoreError. */
  readonly call: <T>(
    kind: 'read' | 'write',
    request: (session: Session) => Promise<T>,
    signal: AbortSignal | undefined,
  ) => Promise<T>;
  /** A connected member and what to send with a request to it; the signal is one of `link`. */
  readonly session: (signal: AbortSignal) => Promise<Session>;
  /** This member failed: the next one is to be tried first. Answers whether there is another one. */
  readonly passOver: (member: Member) => boolean;
  /** The token of this session was refused. Answers whether there is a point in trying again. */
  readonly renew: (session: Session) => boolean;
  /** An error under this signal as a DatastoreError: `closed`, `cancelled` where that is the reason. */
  readonly fault: (error: unknown, endpoint: string, signal: AbortSignal) => DatastoreError;
  /** Throws when it is closed, or `signal` aborted. */
  readonly check: (signal: AbortSignal | undefined) => void;
  readonly close: () => void;
}

const TOKEN = 'token';

export function connect(settings: EtcdSettings): Connection {
  const timing = { ...TIMING, ...settings.timing };
  const own = { ...timing, dial: dialOf(timing, settings.endpoints.length) };
  const members = settings.endpoints.map((url) => createMember(url, own, settings.tls));
  const end = longLived();
  const { username, password } = settings;
  const credentials = username && password ? { name: username, password } : undefined;
  let current = 0;
  let token: string | undefined;
  let asking: Promise<string> | undefined;

  const fault = (error: unknown, endpoint: string, signal: AbortSignal) =>
    end.signal.aborted ? closed() : signal.aborted ? cancelled() : faultOf(error, endpoint);

  /** Empty where the server wants none. */
  const tokenFrom = (member: Member): Promise<string> => {
    if (!credentials) return Promise.resolve('');
    if (token !== undefined) return Promise.resolve(token);
    asking ??= member.auth
      .authenticate(credentials, { signal: end.signal })
      .then(
        (answer) => answer.token,
        (error: unknown) => {
          if (isAuthDisabled(error)) return '';
          throw error;
        },
      )
      .then((text) => (token = text))
      .finally(() => (asking = undefined));
    return asking;
  };

  const passOver = (member: Member): boolean => {
    if (members[current] === member) current = (current + 1) % members.length;
    return members.length > 1;
  };

  const session = async (signal: AbortSignal): Promise<Session> => {
    const failed: Unreached[] = [];
    while (failed.length < members.length) {
      const member = members[current];
      if (!member || signal.aborted) break;
      const { endpoint } = member;
      try {
        const gone = await untilAborted(member.dial(), signal);
        if (signal.aborted) break;
        if (!gone) {
          const text = await untilAborted(tokenFrom(member), signal);
          return { member, options: { signal, ...(text && { headers: { [TOKEN]: text } }) } };
        }
        failed.push({ endpoint, reason: gone.reason });
      } catch (error) {
        if (signal.aborted || !isLost(error)) throw fault(error, endpoint, signal);
        failed.push({ endpoint, reason: member.lastError() ?? error });
      }
      passOver(member);
    }
    throw signal.aborted ? fault(undefined, '', signal) : unreachable(failed);
  };

  const renew = ({ options }: Session): boolean => {
    if (!credentials) return false;
    if ((new Headers(options.headers).get(TOKEN) ?? '') === token) token = undefined;
    return true;
  };

  const call: Connection['call'] = async (kind, request, given) => {
    const { signal, release } = link(given, end.signal);
    const failed: Unreached[] = [];
    let renewed = false;
    try {
      for (;;) {
        const to = await session(signal);
        const { endpoint } = to.member;
        try {
          return await request(to);
        } catch (error) {
          if (!renewed && isAboutToken(error) && renew(to)) {
            renewed = true;
            continue;
          }
          if (signal.aborted || !isLost(error)) throw fault(error, endpoint, signal);
          failed.push({ endpoint, reason: to.member.lastError() ?? error });
          const another = passOver(to.member);
          if (kind === 'read' && another && failed.length < members.length) continue;
          throw failed.length > 1 ? unreachable(failed) : faultOf(failed[0]?.reason, endpoint);
        }
      }
    } finally {
      release();
    }
  };

  return {
    timing,
    size: members.length,
    link: (signal) => link(signal, end.signal),
    call,
    session,
    passOver,
    renew,
    fault,
    check(signal) {
      if (end.signal.aborted) throw closed();
      if (signal?.aborted) throw cancelled();
    },
    close() {
      end.abort();
      for (const member of members) member.close();
    },
  };
}
