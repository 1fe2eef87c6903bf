// All faults.
import type { Fault } from './fault.ts';
import { GRAPH } from './graph.ts';
import { ORDER } from './order.ts';
import { RENDER } from './render.ts';
import { STORES } from './stores.ts';

export { type Fault, mutated } from './fault.ts';
export const MUTANTS: readonly Fault[] = [...GRAPH, ...RENDER, ...ORDER, ...STORES];
