// Where a field path is in a text, whatever the text's syntax.
import type { Scalar } from 'yaml';
import type { Path } from '../../errors/problem.ts';
import type { TextSpan } from './lines.ts';

export type ScalarStyle = Scalar.Type;

/** Offsets in the file. What is told is about the deepest step of the path that exists. */
export interface Located {
  /** The key, if that step is one. */
  readonly key?: TextSpan;
  readonly value?: TextSpan;
  /** The value is a map or a list. */
  readonly collection: boolean;
  /** The whole path exists. */
  readonly complete: boolean;
  /** How a scalar value is written. */
  readonly style?: ScalarStyle;
}

export type Positions = (path: Path) => Located;
