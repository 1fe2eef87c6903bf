// A problem as Calico's validation names it: its field, the value that is wrong, and the reason. Calico has two layers:
// checks in Go name a field of a struct, or what they please; rules of the schema name the path of the object that the
// rule stands at, without a value. Where nothing better is known, the path as people write it.
import * as z from 'zod';
import { formatPath } from '../errors/path.ts';
import type { Path, Problem } from '../errors/problem.ts';
import { formatPrefix, parsePrefix } from '../net/index.ts';
import { SPECS } from './kinds/index.ts';
import { fieldsOf, isObject } from './fields.ts';
import { valueAt } from './zod-issues.ts';

export interface CalicoFault {
  readonly field: string;
  /** Absent where Calico shows none. */
  readonly value?: string;
  readonly reason: string;
}

/** `raw` is the object that the problem is of. */
export function calicoFault({ code, message, path = [] }: Problem, raw: unknown): CalicoFault {
  const kind = String(fieldsOf(raw)['kind']);
  const value = valueAt(raw, path);
  const withValue = (field: string, reason: string, shown: unknown = value): CalicoFault =>
    shown === undefined ? { field, reason } : { field, value: goText(shown), reason };
  if (path[0] === 'metadata') return withValue(metadataField(path, message), message);
  if (code.startsWith('selector/')) {
    const field = goName(lastName(path));
    return withValue(field, `Reason: failed to validate Field: ${field} because of Tag: selector `);
  }
  if (message === 'global() cannot be combined with other selectors') {
    return withValue('NamespaceSelector field', message);
  }
  const at = placeOfRule(kind, path, message);
  if (at) return { field: formatPath(at), reason: message };
  if (kind === 'IPPool' && message.startsWith('IPPool CIDR ')) {
    // The client has masked it before it complains.
    const masked = typeof value === 'string' ? parsePrefix(value)?.prefix : undefined;
    return withValue('IPPool.Spec.CIDR', message, masked ? formatPrefix(masked) : value);
  }
  if (/^Cannot set .* on a non default/.test(message)) {
    return withValue(`${kind}.Spec.${goName(lastName(path))}`, message);
  }
  if (message === 'invalid address of a peer') {
    return withValue('PeerIP', 'Reason: failed to validate Field: PeerIP because of Tag: IP:port ');
  }
  if (/^rules (with|that) .*port/.test(message)) {
    const list = typeof path.at(-1) === 'number' ? path.slice(0, -1) : path;
    return withValue(sideAndList(list), message, valueAt(raw, list));
  }
  if (message === 'invalid CIDR' && typeof path.at(-1) === 'number' && isSide(path.at(-3))) {
    return withValue(sideAndList(path.slice(0, -1)), message);
  }
  if (/^not allowed in |^must specify a namespace/.test(message))
    return withValue(goName(lastName(path)), message);
  return withValue(formatPath(path), message);
}

function metadataField(path: Path, message: string): string {
  const [, part] = path;
  if (part === 'labels') return `Metadata.Labels (${/value/.test(message) ? 'value' : 'label'})`;
  if (part === 'annotations' && path.length > 2) return 'Metadata.Annotations (key)';
  return `Metadata.${goName(String(part))}`;
}

function isSide(step: string | number | undefined): boolean {
  return step === 'source' || step === 'destination';
}

function sideAndList(path: Path): string {
  return path
    .slice(-2)
    .map((step) => goName(String(step)))
    .join('.');
}

function lastName(path: Path): string {
  return String(path.findLast((step) => typeof step === 'string'));
}

const ACRONYMS = /^(as|bgp|bpf|cidr|http|icmp|ip|ipip|mac|nat|qos|ttl|vxlan)(?=[A-Z\d]|$)/;

/** Of a field of JSON, the field of Go: `asNumber` is ASNumber. */
function goName(name: string): string {
  const acronym = ACRONYMS.exec(name)?.[0];
  if (acronym !== undefined) return acronym.toUpperCase() + name.slice(acronym.length);
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** As Go's `%v`. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  return isObject(value) ? JSON.stringify(value) : String(value);
}

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly 'x-kubernetes-validations'?: readonly { readonly message: string }[];
}

const shapes = new Map<string, Shape>();

/** Made when the first problem of a kind is told: nobody else needs it. */
function shapeOf(kind: string): Shape | undefined {
  if (!Object.hasOwn(SPECS, kind)) return undefined;
  let shape = shapes.get(kind);
  if (!shape) {
    const schema: z.ZodType = SPECS[kind as keyof typeof SPECS];
    shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Shape;
    shapes.set(kind, shape);
  }
  return shape;
}

/** Where on the way to the problem a rule with this message stands. */
function placeOfRule(kind: string, path: Path, message: string): Path | undefined {
  let shape = shapeOf(kind);
  for (let length = 1; shape !== undefined && length <= path.length; length++) {
    if (shape['x-kubernetes-validations']?.some((rule) => rule.message === message))
      return path.slice(0, length);
    const step = path[length];
    shape = typeof step === 'number' ? shape.items : shape.properties?.[String(step)];
  }
  return undefined;
}
