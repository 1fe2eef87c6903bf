// YAML as kubectl and calicoctl read it: YAML 1.1, in which `yes` and `on` are booleans and `010` is eight, but dates
// and base-60 numbers (`20:30`) are strings, and sets, ordered maps and binary are unknown.
import type { DocumentOptions, ParseOptions, SchemaOptions, Tags } from 'yaml';

const NOT_READ = /:(timestamp|binary|omap|pairs|set)$/;

function customTags(tags: Tags): Tags {
  return tags.filter((tag) => {
    if (typeof tag === 'string') return true;
    return !NOT_READ.test(tag.tag) && !('format' in tag && tag.format === 'TIME');
  });
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
