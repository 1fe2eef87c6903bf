// The selector language. Holds no state. Contract (all pure):
//   parseSelector(text, at?: {file, line, column}): Result<Selector>   never throws; depth and length limits are
//       problems `selector/too-deep`, `selector/too-long`; a syntax error is `selector/syntax` whose place is the
//       exact column inside the YAML file when `at` (position of the first character of the text) is given; without
//       `at` it has no place, and a note names the column inside the selector
//   readEquality(text): {label, value} | undefined   of `label == "value"` alone, without the parser
//   build: {all, global, has, compare, in, not, and, or}   the only way to make trees; and/or of one operand is that
//       operand, a negation of a negation its operand
//   formatSelector(ast): string                 canonical text; parsing it gives the same tree
//   normaliseSelector(text): string             trims; canonical text, or the trimmed text if it does not parse
//   selectorId(ast): string                     `s:` + base64url(sha224('s:' + canonical))
//   uniqueId(prefix, content): string           the general form of it
//   matches(ast, labels: Labels): boolean
//   compileSelector(ast): (labels: Labels) => boolean
//   labelsOf(ast): ReadonlyMap<label, LabelUse>  which labels, and which of their values can change the answer:
//       {values: Set<string> (named by ==, in, !=, not in), presence: boolean, substrings: {op, value}[]}
//   restrictions(ast): ReadonlyMap<label, {present: boolean, absent: boolean, values?: Set<string>}>   what any match
//       must have; labels without a demand have no entry
//   prefixLabels(ast, prefix): Selector
export { build, type Comparison, type Labels, type Selector } from './ast.ts';
export { MAX_DEPTH, MAX_LENGTH, parseSelector, type TextPosition } from './parse.ts';
export { readEquality } from './equality.ts';
export { formatSelector, normaliseSelector } from './format.ts';
export { selectorId, uniqueId } from './id.ts';
export { compileSelector, matches } from './evaluate.ts';
export { type LabelUse, labelsOf, type Substring } from './labels-of.ts';
export { type Restriction, restrictions } from './restrictions.ts';
export { prefixLabels } from './prefix.ts';
