// `-o`: what was got as text.
import { readFile } from 'node:fs/promises';
import { escapeControls } from '../../errors/index.ts';
import { normaliseObject } from '../../resources/stored/encode.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import type { KindInfo } from '../../resources/catalogue.ts';
import type { Context } from '../context.ts';
import { type Column, columnsOf, type Surroundings } from './columns.ts';
import { refuse } from './failure.ts';
import type { Source } from './go-template/fault.ts';
import type { Template } from './go-template/index.ts';
import { goYaml } from './go-yaml.ts';
import { table } from './table.ts';

export type Format =
  | { readonly type: 'table'; readonly wide: boolean }
  | { readonly type: 'custom-columns'; readonly headings: readonly string[] }
  | { readonly type: 'go-template'; readonly template: Template }
  | { readonly type: 'yaml' | 'json' | 'name' };

export async function parseFormat(context: Context, given: string): Promise<Format> {
  const [name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(given)?.slice(1) ?? [];
  switch (name) {
    case 'ps':
    case 'wide':
      if (given === name) return { type: 'table', wide: name === 'wide' };
      break;
    case 'yaml':
    case 'yml':
    case 'json':
    case 'name':
      if (given === name) return { type: name === 'yml' ? 'yaml' : name };
      break;
    case 'custom-columns': {
      const headings = value.split(',').filter((heading) => heading !== '');
      if (headings.length === 0) refuse('need to specify at least one column');
      return { type: 'custom-columns', headings };
    }
    case 'go-template':
      if (value === '') refuse('need to specify a template');
      return compiled(context, { name: '<template>', text: value });
    case 'go-template-file':
      if (value === '') refuse('need to specify a template file');
      return compiled(context, { name: value, text: await templateFile(value) });
  }
  const formats = 'ps, wide, yaml, json, name, custom-columns=…, go-template=… or go-template-file=…';
  return refuse(
    `unrecognized output format '${given}'`,
    name.startsWith('jsonpath') ? 'use go-template=…, or -o json with jq' : formats,
  );
}

async function compiled(context: Context, source: Source): Promise<Format> {
  context.addSources((file) => (file === source.name ? source.text : undefined));
  const { compileTemplate } = await import('./go-template/index.ts');
  return { type: 'go-template', template: compileTemplate(source) };
}

async function templateFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return refuse(code === 'ENOENT' ? `open ${path}: no such file or directory` : message);
  }
}

/** One object, or all of a kind. */
export type Got =
  | { readonly info: KindInfo; readonly object: ApiObject }
  | { readonly info: KindInfo; readonly items: readonly ApiObject[]; readonly revision: string };

export interface Shown {
  readonly surroundings: Surroundings;
  /** Before the other columns, for kinds that have namespaces. */
  readonly withNamespace: boolean;
  /** Whether people read it as it comes. */
  readonly terminal?: boolean;
}

export function print(got: readonly Got[], format: Format, shown: Shown): string {
  switch (format.type) {
    case 'yaml':
      return goYaml(plain(got));
    case 'json':
      return `${goJsonIndented(plain(got))}\n`;
    case 'name':
      return got.flatMap((each) => itemsOf(each).map((object) => `${nameOf(each.info, object)}\n`)).join('');
    case 'go-template':
      return format.template.print(plainValues(got), {
        asNumber: shown.surroundings.defaultAs,
        ...(shown.terminal && { clean: cleaned }),
      });
    default:
      return got
        .map(
          (each) => `${table(rowsOf(itemsOf(each), chosenColumns(each.info, format, shown), shown, true))}\n`,
        )
        .join('');
  }
}

/** Nothing from a store reaches a terminal as a control character; elsewhere it stays what it is. */
const cleaned = (text: string): string => text.split('\n').map(escapeControls).join('\n');

export const itemsOf = (got: Got): readonly ApiObject[] => ('object' in got ? [got.object] : got.items);

const nameOf = ({ kind }: KindInfo, { metadata }: ApiObject) =>
  `${kind.toLowerCase()}.projectcalico.org/${metadata.name}`;

export function chosenColumns(
  { kind, namespaced }: KindInfo,
  format: Format,
  { withNamespace }: Pick<Shown, 'withNamespace'>,
): readonly Column[] {
  const { all, shown, wide } = columnsOf(kind);
  const custom = format.type === 'custom-columns' ? format.headings : undefined;
  const headings = custom ?? [
    ...(namespaced && withNamespace ? ['NAMESPACE'] : []),
    ...(format.type === 'table' && format.wide ? wide : shown),
  ];
  return headings.map(
    (heading) =>
      all.get(heading.toUpperCase()) ??
      refuse(`unknown heading ${heading}, valid values are: ${[...all.keys()].join(', ')}`),
  );
}

export function rowsOf(
  items: readonly ApiObject[],
  columns: readonly Column[],
  { surroundings }: Shown,
  headed: boolean,
): readonly (readonly string[])[] {
  const rows = items.map((object) => columns.map(({ cell }) => cell(object, surroundings)));
  return headed ? [columns.map(({ heading }) => heading), ...rows] : rows;
}

/** As one value: an object or a list by itself, several in an array. */
function plain(got: readonly Got[]): unknown {
  const values = plainValues(got);
  return values.length === 0 ? null : values.length === 1 ? values[0] : values;
}

const plainValues = (got: readonly Got[]): readonly { readonly kind: string }[] =>
  got.map((each) => {
    if ('object' in each) return normaliseObject(each.object);
    const { info, items, revision } = each;
    return {
      kind: `${info.kind}List`,
      apiVersion: 'projectcalico.org/v3',
      metadata: { resourceVersion: revision },
      items: items.map(normaliseObject),
    };
  });

export const goJsonIndented = (value: unknown): string =>
  JSON.stringify(value, undefined, 2).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
