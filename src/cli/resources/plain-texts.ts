// Values of labels and annotations that YAML takes for booleans or numbers become texts, as calicoctl makes them: `y` is
// "true", `1` is "1". Where that is not what is written, it is said.
import type { Path } from '../../errors/index.ts';
import { isObject } from '../../resources/fields.ts';

const MAPS = ['labels', 'annotations'] as const;

type Fields = Readonly<Record<string, unknown>>;

export interface PlainTexts {
  readonly metadata: Fields;
  readonly changed: readonly { readonly path: Path; readonly text: string }[];
}

export function plainTexts(metadata: Fields): PlainTexts {
  const changed: { path: Path; text: string }[] = [];
  const maps = MAPS.flatMap((name) => {
    const map = metadata[name];
    if (!isObject(map)) return [];
    const texts = Object.entries(map).map(([key, value]: [string, unknown]) => {
      if (typeof value !== 'boolean' && typeof value !== 'number') return [key, value] as const;
      const text = String(value);
      changed.push({ path: ['metadata', name, key], text });
      return [key, text] as const;
    });
    return [[name, Object.fromEntries(texts)] as const];
  });
  return changed.length === 0
    ? { metadata, changed }
    : { metadata: { ...metadata, ...Object.fromEntries(maps) }, changed };
}
