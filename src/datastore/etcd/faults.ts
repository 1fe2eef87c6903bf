// What etcd, gRPC, TLS and sockets say, as errors of a datastore. Messages name the endpoint, never a credential.
import { Code, ConnectError } from '@connectrpc/connect';
import { escapeControls } from '../../errors/index.ts';
import { DatastoreError, expired, invalidField, unauthorized, unavailable } from '../errors.ts';
import type { Revision } from '../types.ts';

/** Nothing was answered: the connection or the server is gone, or the server has no leader. */
const LOST: ReadonlySet<Code> = new Set([
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.Aborted,
  Code.Internal,
]);

export const isLost = (error: unknown): boolean =>
  error instanceof ConnectError && (LOST.has(error.code) || isReset(error));

/** A connection that is torn down cancels its streams. Our own cancelling is told by the signal. */
const isReset = (error: ConnectError): boolean =>
  error.code === Code.Canceled ||
  (error.code === Code.ResourceExhausted && /ENHANCE_YOUR_CALM/.test(error.rawMessage));

const MESSAGES_ABOUT_TOKENS = /invalid auth token|revision of auth store is old|user name is empty/;

/** Worth a new token, where there are credentials to get one. */
export const isAboutToken = (error: unknown): boolean =>
  error instanceof ConnectError && MESSAGES_ABOUT_TOKENS.test(error.rawMessage);

export const isAuthDisabled = (error: unknown): boolean =>
  error instanceof ConnectError && /authentication is not enabled/.test(error.rawMessage);

const UNAUTHORIZED =
  /permission denied|authentication failed|user name is empty|invalid auth token|auth store is old/;

export const isRefused = (error: unknown): boolean =>
  error instanceof ConnectError && UNAUTHORIZED.test(error.rawMessage);

/** `revision` is the one that was asked for, where one was. */
export function faultOf(error: unknown, endpoint: string, revision?: Revision): DatastoreError {
  if (error instanceof DatastoreError) return error;
  const text = reasonOf(error);
  const says = `${endpoint} says: ${text}`;
  if (/required revision has been compacted/.test(text)) return expired(revision, undefined, error);
  if (/required revision is a future revision/.test(text))
    return invalidField('ResourceVersion', revision ?? '', 'the datastore has not reached it');
  if (UNAUTHORIZED.test(text))
    return unauthorized(says, 'see etcdUsername and etcdPassword, and what the user is permitted');
  if (isLost(error) || !(error instanceof ConnectError)) return unreachable([{ endpoint, reason: error }]);
  const hint = REFUSALS.find(([pattern]) => pattern.test(text) || pattern.test(Code[error.code] ?? ''))?.[1];
  return new DatastoreError('datastore/failed', says, { cause: error, ...(hint !== undefined && { hint }) });
}

const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [
    /database space exceeded/,
    "etcd's disk or quota is full: compact and defragment it, then disarm its alarm",
  ],
  [/^Unimplemented$|unknown service/, 'this server does not speak the API of etcd 3.4 or later'],
];

/** An error about the revision that was asked for names it; every other one is answered as it is. */
export function withRevision(error: unknown, endpoint: string, revision: bigint | undefined): unknown {
  if (revision === undefined || !(error instanceof ConnectError)) return error;
  const fault = faultOf(error, endpoint, String(revision));
  return fault.code === 'datastore/expired' || fault.code === 'datastore/invalid' ? fault : error;
}

export interface Unreached {
  readonly endpoint: string;
  readonly reason: unknown;
}

export function unreachable(members: readonly Unreached[]): DatastoreError {
  const message = members
    .map(({ endpoint, reason }) => `no connection to etcd at ${endpoint}: ${reasonOf(reason)}`)
    .join('; ');
  const hint = members.map(({ reason }) => hintOf(reasonOf(reason))).find((text) => text !== undefined);
  return unavailable(message, { hint: hint ?? IS_IT_THERE, cause: members[0]?.reason });
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ');
  if (
    error instanceof ConnectError &&
    (error.code === Code.DeadlineExceeded || error.rawMessage.startsWith('PING timed out'))
  )
    return NO_ANSWER;
  const text = error instanceof ConnectError ? error.rawMessage : error instanceof Error ? error.message : '';
  const inner = error instanceof Error && error.cause instanceof AggregateError ? error.cause : undefined;
  // OpenSSL's own location in its sources says nothing to anybody.
  const plain = text.replace(/^[0-9A-F]+:error:[0-9A-F]+:([^:]*):[^:]*:([^:]*):.*\n?$/s, '$1: $2');
  return escapeControls(plain || (inner ? reasonOf(inner) : 'the connection was closed'));
}

const NO_ANSWER = 'no answer in time';
const IS_IT_THERE =
  'is etcd running, and is this its client URL, with http:// or https:// as it wants it? see etcdEndpoints';
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /alert|certificate required|handshake failure/,
    'the server refuses our certificate: see etcdCertFile and etcdKeyFile',
  ],
  [/certificate|self.signed|altnames/i, "the server's certificate is not trusted: see etcdCACertFile"],
];

const hintOf = (text: string): string | undefined => HINTS.find(([pattern]) => pattern.test(text))?.[1];
