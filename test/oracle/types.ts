// Types that src/resources does not name on its public face.
import type { Rule } from '../../src/resources/index.ts';

export type EntityRule = Rule['source'];
