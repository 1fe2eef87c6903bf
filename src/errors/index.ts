// The error value of every room, and its one printer. Contract:
//   problem(code, message, more?): Problem; Result<T>; TortieError        (problem.ts)
//   formatProblems(problems, {source?: (file) => string|undefined, color?: boolean}): string   sorted, for people
//   problemsToJson(problems): JsonProblem[]      sorted, plain JSON values, `field` beside `path`
//   sortProblems(problems): Problem[]            by file, line, column, resource, path, code, message
//   formatPath(path): string                     spec.ingress[0].source, metadata.labels["a/b"]
//   escapeControls(text): string          nothing from an input reaches a terminal as a control character
//   suggest(word, candidates): string | undefined   did you mean
export {
  type Note,
  type Path,
  type Place,
  type Problem,
  problem,
  type Result,
  TortieError,
} from './problem.ts';
export { formatPath } from './path.ts';
export { sortProblems } from './sort.ts';
export { formatProblems, type PrintOptions } from './print.ts';
export { type JsonProblem, problemsToJson } from './json.ts';
export { escapeControls } from './excerpt.ts';
export { suggest } from './suggest.ts';
