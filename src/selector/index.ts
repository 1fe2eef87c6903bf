// The selector language. Holds no state. Contract (all pure):
//   parseSelector(text, at?: {file, line, column}): Result<Selector>   never throws; depth and length limits are
//       problems `selector/too-deep`, `selector/too-long`; a syntax error is `selector/syntax` whose place is the
//       exact column inside the YAML file when `at` (position of the first character of the text) is given
//   formatSelector(ast): string                 canonical text; parsing it gives the same tree
//   normaliseSelector(text): string             trims; canonical text, or the trimmed text if it does not parse
//   selectorId(ast): string                     `s:` + base64url(sha224('s:' + canonical))
//   uniqueId(prefix, content): string           the general form of it
//   matches(ast, labels: Labels): boolean
//   compileSelector(ast): (labels: Labels) => boolean
//   labelsOf(ast): ReadonlyMap<label, LabelUse>  which labels, and which of their values can change the answer:
//       {values: Set<string> (named by ==, in, !=, not in), presence: boolean, substrings: {op, value}[]}
//   restrictions(ast): ReadonlyMap<label, {present: boolean, absent: boolean, values?: Set<string>}>   (spec 11.6)
//   prefixLabels(ast, prefix): Selector
export type { Comparison, Labels, Selector } from './ast.ts';
