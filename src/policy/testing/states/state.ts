// How the library writes a state: a name, the resources, and what `describe` must say of node n1.
import type { Resource } from '../../../resources/index.ts';
import type { State } from '../replay.ts';

/** `expected` is indented for reading; the indentation of its first line is taken off every line. */
export function state(name: string, resources: readonly Resource[], expected: string): State {
  const lines = expected.split('\n').slice(1, -1);
  const indent = /^ */.exec(lines[0] ?? '')?.[0].length ?? 0;
  return { name, resources, expected: lines.map((line) => line.slice(indent)).join('\n') };
}
