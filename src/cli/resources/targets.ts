// Which objects a command is about: those of `-f`, or `KIND NAME…`. Namespaces are settled here.
import type { ObjectKey } from '../../datastore/types.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import type { KindInfo } from '../../resources/catalogue.ts';
import type { Context } from '../context.ts';
import type { FileOptions } from './documents.ts';
import { refuse } from './failure.ts';
import { namedKind, resourceKind } from './kinds.ts';
import { type NamespaceOptions, namespaceOf } from './namespace.ts';

export interface TargetOptions extends FileOptions, NamespaceOptions {}

/** From files. Undefined: there are none, and that is fine (`--skip-empty`); it has been said. */
export async function documentTargets(
  context: Context,
  options: TargetOptions,
): Promise<readonly ApiObject[] | undefined> {
  const { readObjects } = await import('./documents.ts');
  const objects = await readObjects(context, options);
  if (objects.length > 0) return objects;
  context.print('No resources specified');
  return undefined;
}

/** A name may be missing: all of the kind. */
export function namedTargets(kind: string, names: readonly string[]): readonly ApiObject[] {
  const info = namedKind(kind);
  if (names.includes('')) refuse('resource name may not be empty');
  const bare = (name: string): ApiObject => ({
    apiVersion: 'projectcalico.org/v3',
    kind: info.kind,
    metadata: { name },
  });
  return names.length === 0 ? [bare('')] : names.map(bare);
}

/** Of `get` and `delete`, which take either. */
export async function targets(
  context: Context,
  [kind, ...names]: readonly string[],
  options: TargetOptions,
): Promise<readonly ApiObject[] | undefined> {
  if (options.filename === undefined) {
    if (kind === undefined) return refuse('no resources specified', 'name a kind, or files with -f');
    return namedTargets(kind, names);
  }
  if (kind !== undefined) refuse('a kind and -f exclude each other');
  return documentTargets(context, options);
}

export function infoOf({ kind }: ApiObject): KindInfo {
  return resourceKind(kind) ?? refuse(`resource type '${kind}' is not supported`);
}

/** With the namespace that is meant. */
export function settled(object: ApiObject, options: NamespaceOptions): ApiObject {
  const { namespace: own, ...metadata } = object.metadata;
  const namespace = namespaceOf(infoOf(object), own, options);
  return { ...object, metadata: { ...metadata, ...(namespace !== undefined && { namespace }) } };
}

export const keyOf = ({ kind, metadata: { namespace, name } }: ApiObject): ObjectKey => ({
  kind,
  name,
  ...(namespace !== undefined && { namespace }),
});

/** As calicoctl writes it: `NetworkPolicy(shop/web)`. */
export const identifier = ({ kind, namespace, name }: ObjectKey): string =>
  namespace ? `${kind}(${namespace}/${name})` : `${kind}(${name})`;
