// A Go template as a tree. `at` and `length` say where a part stands in the template.

export interface Span {
  readonly at: number;
  readonly length: number;
}

export type Expression = Span &
  (
    | { readonly type: 'literal'; readonly value: string | number | boolean | null; readonly float?: boolean }
    | { readonly type: 'dot' }
    | { readonly type: 'function'; readonly name: string }
    /** `$` has the name ''. */
    | { readonly type: 'variable'; readonly name: string }
    | { readonly type: 'field'; readonly of: Expression; readonly name: string }
    | { readonly type: 'pipeline'; readonly pipeline: Pipeline }
  );

export interface Command extends Span {
  readonly operands: readonly Expression[];
}

export interface Pipeline extends Span {
  /** Names without `$`; two only in a range. */
  readonly variables: readonly string[];
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'output'; readonly pipeline: Pipeline }
  | {
      readonly type: 'if' | 'with' | 'range';
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly type: 'break' | 'continue' };
