// Positions of field paths in a parsed YAML document.
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
} from 'yaml';
import type { Path } from '../../errors/problem.ts';
import type { TextSpan } from './lines.ts';
import type { Positions } from './positions.ts';

/** `offset` is where the document's text begins in its file. */
export function yamlPositions(document: Document, offset: number): Positions {
  return (path) => {
    const { key, node, complete } = walk(document, path);
    const keySpan = spanOf(key, offset);
    const valueSpan = spanOf(node, offset);
    return {
      ...(keySpan ? { key: keySpan } : {}),
      ...(valueSpan ? { value: valueSpan } : {}),
      collection: isCollection(node),
      complete,
      ...(isScalar(node) && node.type ? { style: node.type } : {}),
    };
  };
}

interface Walked {
  /** The key of the last step that exists, if that step is a key. */
  readonly key: Node | null;
  readonly node: Node | null;
  readonly complete: boolean;
}

function walk(document: Document, path: Path): Walked {
  let node = document.contents;
  let key: Node | null = null;
  for (const step of path) {
    const resolved = follow(node, document);
    if (isMap(resolved)) {
      const pair = pairOf(resolved.items, String(step), document);
      if (!pair) return { key, node, complete: false };
      key = pair.key as Node | null;
      node = pair.value as Node | null;
    } else if (isSeq(resolved) && Object.hasOwn(resolved.items, step)) {
      node = resolved.items[Number(step)] as Node;
      key = null;
    } else return { key, node, complete: false };
  }
  return { key, node, complete: true };
}

function follow(node: Node | null, document: Document): Node | null | undefined {
  return isAlias(node) ? node.resolve(document) : node;
}

function pairOf(items: readonly unknown[], name: string, document: Document): Pair | undefined {
  let found: Pair | undefined;
  // Of two equal keys the last one counts, as for the reader.
  for (const item of items) if (isPair(item) && keyName(item.key) === name) found = item;
  if (found) return found;
  for (const item of items) {
    if (!isPair(item) || keyName(item.key) !== '<<') continue;
    const merged = follow(item.value as Node | null, document);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const map = follow(source as Node | null, document);
      const inner = isMap(map) ? pairOf(map.items, name, document) : undefined;
      if (inner) return inner;
    }
  }
  return undefined;
}

/** As the reader makes a field name of a key. */
function keyName(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  const { value } = key;
  if (typeof value === 'symbol') return '<<';
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return plain ? String(value) : '';
}

function spanOf(node: Node | null, offset: number): TextSpan | undefined {
  const range = node?.range;
  return range ? { start: offset + range[0], end: offset + range[1] } : undefined;
}
