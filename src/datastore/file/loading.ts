// What is shared while an input is read.
import { type Problem, problem } from '../../errors/problem.ts';
import type { Resource } from '../../resources/index.ts';
import type { ResourceKey } from '../../resources/types.ts';
import type { KubernetesInput } from './kubernetes-input.ts';
import type { LocatedOrigins, Origin, Origins } from './origins.ts';
import type { PolicyClaim } from './whole.ts';

export interface LoadOptions {
  /** Gives all of standard input, for the input `-`. */
  readonly stdin?: () => Promise<string>;
  /** Of one file. Default 128 MiB. */
  readonly maxBytes?: number;
  /** Namespace of namespaced resources that have none. Default `default`. */
  readonly namespace?: string;
  /** The interface of a pod with these addresses; undefined, or absent: named as Calico's CNI plugin does. */
  readonly interfaceName?: (addresses: readonly string[]) => string | undefined;
  /** Whose pods should have an interface that `interfaceName` tells; absent: all of them. */
  readonly node?: string;
}

/** What has been read so far. */
export interface Loading {
  readonly options: LoadOptions;
  readonly resources: Resource[];
  readonly problems: Problem[];
  readonly claims: PolicyClaim[];
  /** Everything that has a name, valid or not. */
  readonly origins: Map<ResourceKey, Origin>;
  readonly located: LocatedOrigins;
  readonly kubernetes: KubernetesInput;
}

/** An object where it stands in its document. */
export interface Found {
  readonly raw: unknown;
  readonly origin: Origin;
  readonly doubtful: boolean;
  /** Gives a problem its place. */
  readonly place: (found: Problem) => Problem;
}

/** The second of two objects with one name. */
export function duplicate(key: ResourceKey, located: Origins): Problem {
  const place = located.locate(key);
  return problem('resource/duplicate', `${key} is given twice`, {
    resource: key,
    path: ['metadata', 'name'],
    notes: [{ message: 'first given here', ...(place ? { place } : {}) }],
  });
}
