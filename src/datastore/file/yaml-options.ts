// YAML as kubectl and calicoctl read it: YAML 1.1, in which `yes` and `on` are booleans and `010` is eight, but dates
// and base-60 numbers (`20:30`) are strings, and sets, ordered maps and binary are unknown.
import type { DocumentOptions, ParseOptions, SchemaOptions, Tags } from 'yaml';

const NOT_READ = /:(timestamp|binary|omap|pairs|set)$/;

/** With a digit before the exponent: the library takes `e1` for a number, which is a fine name. */
const EXPONENT = /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)[eE][-+]?[0-9]+$/;

function customTags(tags: Tags): Tags {
  const read = tags.filter((tag) => {
    if (typeof tag === 'string') return true;
    return !NOT_READ.test(tag.tag) && !('format' in tag && tag.format === 'TIME');
  });
  return read.map((tag) =>
    typeof tag === 'object' && 'format' in tag && tag.format === 'EXP'
      ? ({ ...tag, test: EXPONENT } as typeof tag)
      : tag,
  );
}

export const YAML_OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  schema: 'yaml-1.1',
  customTags,
  uniqueKeys: true,
  prettyErrors: false,
  // What is wrong is collected as problems; nothing may be written to stderr from here.
  logLevel: 'silent',
};
