// What an API server and the way to it say, as errors of a datastore (Calico's mapping). Messages are the server's own;
// no header and no body of ours is in them.
import { escapeControls } from '../../errors/index.ts';
import {
  alreadyExists,
  conflict,
  DatastoreError,
  expired,
  notFound,
  unauthorized,
  unavailable,
} from '../errors.ts';
import type { ObjectKey, Revision } from '../types.ts';

interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string }[] };
}

/** The server answered, and said no. */
export class Refusal extends Error {
  readonly status: number;
  readonly said: Status;
  /** Seconds after which the server wants to be asked again. */
  readonly retryAfter: number | undefined;
  constructor(status: number, body: string, retryAfter?: number) {
    const said = statusOf(body);
    super(said.message ?? `the server answered ${status}`);
    this.status = status;
    this.said = said;
    this.retryAfter = retryAfter;
  }
}

/** Nothing was answered. */
export class Silence extends Error {
  readonly origin: string;
  constructor(origin: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.origin = origin;
  }
}

/** Some refusals are plain text: a path that the server does not know. */
function statusOf(body: string): Status {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // Said below.
  }
  return {};
}

/** What was asked, for messages: `get`, and the resource as Calico's client calls it. */
export interface Asked {
  readonly verb: string;
  readonly key: ObjectKey;
  /** `IPPools.crd.projectcalico.org` or, of Kubernetes, `pods`. */
  readonly resource: string;
}

export function faultOf(error: unknown, asked: Asked): unknown {
  if (error instanceof DatastoreError) return error;
  if (error instanceof Silence)
    return unavailable(
      `no connection to the Kubernetes API at ${error.origin}: ${escapeControls(error.message)}`,
      {
        hint: hintOf(error.message),
        cause: error,
      },
    );
  if (!(error instanceof Refusal)) return error;
  const { key } = asked;
  const text = escapeControls(error.message);
  switch (error.status) {
    case 401:
      return unauthorized(
        text,
        'the token or certificate of the kubeconfig is not accepted: has it expired?',
      );
    case 403:
      return unauthorized(text, IS_ABOUT_ROLES.test(text) ? ROLES : ADMISSION);
    case 404:
      return error.said.reason === 'NotFound' && error.said.details
        ? notFound(key, text, NO_NAMESPACE.test(text) ? NAMESPACE : undefined)
        : notFound(key, noResource(asked), MISSING_KIND);
    case 409:
      return conflictOf(error, key, text);
    case 410:
      return expiredOf(text, error);
    case 422:
      return invalidOf(error, key, text);
    case 400:
      return new DatastoreError('datastore/invalid', text, { key, cause: error });
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return error.said.reason === 'Expired' ? expiredOf(text, error) : unavailable(text, { cause: error });
    default:
      return new DatastoreError('datastore/failed', text, { key, cause: error });
  }
}

/** The same status has other reasons: a quota, a webhook, a namespace that is being deleted. */
const IS_ABOUT_ROLES = /\bcannot \w+ resource\b|\bcannot \w+ path\b/;
const ROLES = 'see the user of the kubeconfig and its roles';
const ADMISSION = 'the cluster does not admit this object, whoever sends it';

export const isMissing = (error: unknown): boolean => error instanceof Refusal && error.status === 404;

const NO_NAMESPACE = /^namespaces ".*" not found$/;
const NAMESPACE = 'create the namespace, or name another one with -n';
const MISSING_KIND =
  'are the custom resource definitions of Calico installed, and is the server as new as they need it?';

export const missingKind = ({ resource }: { readonly resource: string }): DatastoreError =>
  new DatastoreError('datastore/not-supported', `the API server does not know ${resource}`, {
    hint: MISSING_KIND,
  });

const noResource = ({ verb, key, resource }: Asked) =>
  `the server could not find the requested resource (${[verb, resource, ...(verb === 'post' ? [] : [key.name])].join(' ')})`;

function conflictOf({ said }: Refusal, key: ObjectKey, text: string): DatastoreError {
  if (said.reason === 'AlreadyExists') return alreadyExists(key, text);
  // Another object of the same name.
  if (text.includes('UID in precondition')) return notFound(key, text);
  return conflict(key);
}

const expiredOf = (text: string, error: Refusal, revision?: Revision) =>
  new DatastoreError('datastore/expired', text || expired(revision, undefined).message, {
    hint: 'list again and watch from the revision of that list',
    cause: error,
  });

function invalidOf({ said }: Refusal, key: ObjectKey, text: string): DatastoreError {
  const fields = (said.details?.causes ?? []).map(({ field }) => field);
  const only = (...names: string[]) =>
    fields.length > 0 && fields.every((field) => field !== undefined && names.includes(field));
  if (only('metadata.uid')) return notFound(key, text);
  if (only('metadata.uid', 'metadata.resourceVersion')) return conflict(key);
  return new DatastoreError('datastore/invalid', text, { key });
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /certificate|self.signed|altnames/i,
    "the server's certificate is not trusted: see certificate-authority, or k8sCAFile",
  ],
  [/wrong version number|packet length/i, 'this server does not speak TLS: is it http://?'],
  [/alert|handshake/i, 'the server refuses our certificate'],
  [
    /^(connected, but )?no (connection|answer) within/,
    'nothing is there, or something on the way (a firewall, a VPN, a proxy) drops what is sent: is this its address? see KUBECONFIG',
  ],
];

const hintOf = (text: string): string =>
  HINTS.find(([pattern]) => pattern.test(text))?.[1] ??
  'is the API server running, and is this its address? see KUBECONFIG';

/** The object of an ERROR event of a watch, which is a Status. */
export function faultOfEvent(object: unknown, asked: Asked): DatastoreError {
  const { code = 0 } = (object ?? {}) as { readonly code?: number };
  const fault = faultOf(new Refusal(code, JSON.stringify(object ?? {})), asked);
  return fault instanceof DatastoreError ? fault : unavailable('the watch ended with an error');
}
