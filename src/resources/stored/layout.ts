// How Calico's structs become JSON: which field comes after which, and when one is left out. Contract:
//   A layout is written as text, one word a field, in the order of the struct:
//     name            left out when it holds nothing: '', 0, false, an empty list or map
//     name*           written whenever it is given: a pointer in Calico's struct
//     name="" name=0  always written, with that value when absent
//     name:Part       the value, or each entry of a list, has the layout PARTS[Part]; or is brought into the form that
//                     VALUES[Part] gives it (values.ts)
//     name?:Part      an object that is left out when none of its fields holds anything
//   Fields that no layout knows are kept behind the others, as given: they are of a newer Calico.
import { VALUES } from './values.ts';

export interface LayoutField {
  readonly name: string;
  readonly write: 'filled' | 'given' | 'always' | 'struct';
  /** Of `always`. */
  readonly absent?: unknown;
  readonly layout?: Layout;
  readonly value?: (value: unknown) => unknown;
}

export type Layout = ReadonlyMap<string, LayoutField>;

const FIELD = /^(\w+)(\*|\?|=[^:]+)?(?::(\w+))?$/;

/** `parts` are the layouts that the text refers to. Throws on text that is no layout: it is ours. */
export function layoutOf(text: string, parts: Readonly<Record<string, Layout>> = {}): Layout {
  return new Map(
    text
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => {
        const [, name, mark = '', part] = FIELD.exec(word) ?? [];
        if (name === undefined) throw new Error(`no layout field: ${word}`);
        return [name, field(name, mark, part, parts)] as const;
      }),
  );
}

function field(
  name: string,
  mark: string,
  part: string | undefined,
  parts: Readonly<Record<string, Layout>>,
): LayoutField {
  const layout = part === undefined ? undefined : parts[part];
  const value = part === undefined ? undefined : VALUES.get(part);
  if (part !== undefined && layout === undefined && value === undefined) throw new Error(`no part ${part}`);
  return {
    name,
    write: mark === '*' ? 'given' : mark === '?' ? 'struct' : mark === '' ? 'filled' : 'always',
    ...(mark.startsWith('=') ? { absent: JSON.parse(mark.slice(1)) as unknown } : {}),
    ...(layout === undefined ? {} : { layout }),
    ...(value === undefined ? {} : { value }),
  };
}
