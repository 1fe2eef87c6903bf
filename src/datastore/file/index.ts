// Resources in files: YAML of several documents, JSON, lists, directories, standard input. Contract:
//   loadFiles(inputs, {stdin?, maxBytes?, namespace?}): Promise<LoadResult>   never rejects for what the input holds
//   LoadResult: {resources (valid, defaulted, with the built-in ones), problems (with file:line:column), origins, sources}
//   Origins.locate(resourceKey, path?): Place | undefined
export { type LoadOptions, type LoadResult, loadFiles } from './load.ts';
export type { Origins } from './origins.ts';
export { DEFAULT_MAX_BYTES } from './read.ts';
