// An input file that was read: its text, and its lines.
import type { Place } from '../../errors/problem.ts';
import { lineFinder, type TextSpan } from './lines.ts';

export interface SourceFile {
  readonly name: string;
  readonly text: string;
  readonly placeOf: (span: TextSpan) => Place;
}

export function sourceFile(name: string, text: string): SourceFile {
  return { name, text, placeOf: lineFinder(name, text) };
}
