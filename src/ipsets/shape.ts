// Whether one ipset can become another by adding and deleting members, or has to be made anew.
import type { Ipset } from './types.ts';

type Shape = Pick<Ipset, 'type' | 'family' | 'options'>;

export function sameShape(a: Shape, b: Shape): boolean {
  return a.type === b.type && a.family === b.family && a.options === b.options;
}
