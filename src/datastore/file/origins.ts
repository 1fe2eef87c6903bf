// Where each resource came from. A field's position is worked out when it is asked for, by reading the one document
// again: positions of everything would cost many times the memory of the resources.
import type { RuleOrigins } from '../../convert/index.ts';
import type { Path, Place } from '../../errors/problem.ts';
import type { ResourceKey } from '../../resources/types.ts';
import { originalPath } from './converted-paths.ts';
import { type DocumentOrigin, reread } from './documents.ts';
import type { SourceFile } from './source.ts';
import { spanOf } from './place.ts';
import type { Positions } from './positions.ts';

export interface Origins {
  /** The place of a field, of the nearest thing around it, or of the resource; undefined for what no file says. */
  locate(resource: ResourceKey, path?: Path): Place | undefined;
}

export interface Origin {
  readonly file: SourceFile;
  readonly document: DocumentOrigin;
  readonly base: Path;
  /** The resource was converted: where its rules came from. */
  readonly converted?: { readonly rules?: RuleOrigins | undefined };
}

export interface LocatedOrigins extends Origins {
  /** The place of a field of the object as it stands in the file. */
  placeIn(origin: Origin, path: Path): Place | undefined;
}

const NAME: Path = ['metadata', 'name'];

export function originsOf(origins: ReadonlyMap<ResourceKey, Origin>): LocatedOrigins {
  // Questions come in the order of documents, mostly: the last one answered is kept.
  let last: { file: SourceFile; start: number; index: number; positions: Positions } | undefined;
  const placeIn = ({ file, document, base }: Origin, path: Path) => {
    if (last?.file !== file || last.start !== document.start || last.index !== document.index) {
      const positions = reread(file.text, document);
      last = { file, start: document.start, index: document.index, positions };
    }
    const span = spanOf(last.positions([...base, ...path]));
    return span && file.placeOf(span);
  };
  return {
    placeIn,
    locate(resource, path = NAME) {
      const origin = origins.get(resource);
      if (!origin) return undefined;
      return placeIn(origin, origin.converted ? originalPath(path, origin.converted.rules) : path);
    },
  };
}
