// Resources in files: YAML of several documents, JSON, lists, directories, standard input. Contract:
//   loadFiles(inputs, {stdin?, maxBytes?, namespace?}): Promise<LoadResult>   never rejects for what the input holds
//       Kubernetes objects are converted on the way, and are there under both names (`Pod/ns/x`, and the endpoint's)
//   LoadResult: {resources (valid, defaulted, with the built-in ones), problems (with file:line:column), origins, sources}
//   Origins.locate(resourceKey, path?): Place | undefined
export { type LoadResult, loadFiles } from './load.ts';
export type { LoadOptions } from './loading.ts';
export type { Origins } from './origins.ts';
export { DEFAULT_MAX_BYTES } from './read.ts';
