// Where each resource came from. A field's position is worked out when it is asked for, by reading the one document
// again: positions of everything would cost many times the memory of the resources.
import type { Path, Place } from '../../errors/problem.ts';
import type { ResourceKey } from '../../resources/types.ts';
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
}

export function originsOf(origins: ReadonlyMap<ResourceKey, Origin>): Origins {
  // Questions come in the order of documents, mostly: the last one answered is kept.
  let last: { file: SourceFile; start: number; index: number; positions: Positions } | undefined;
  return {
    locate(resource, path = ['metadata', 'name']) {
      const origin = origins.get(resource);
      if (!origin) return undefined;
      const { file, document } = origin;
      if (last?.file !== file || last.start !== document.start || last.index !== document.index) {
        const positions = reread(file.text, document);
        last = { file, start: document.start, index: document.index, positions };
      }
      const span = spanOf(last.positions([...origin.base, ...path]));
      return span && file.placeOf(span);
    },
  };
}
