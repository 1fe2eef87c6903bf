// A seeded fault: one replacement in one file, and who must notice it.
export interface Fault {
  readonly name: string;
  /** Which tests are shown it: the differential tests of the graph or of the kernels, those of the order of commits, or its own. */
  readonly kind: 'unit' | 'kernel' | 'order' | 'stores';
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly search: string;
  readonly replace: string;
  /** For `stores`: a project of vitest, and what of it. */
  readonly project?: string;
  readonly tests?: readonly string[];
}

/** The text of the file with the fault in it. Throws when the list has not followed the code. */
export function mutated({ name, file, search, replace }: Fault, text: string): string {
  const times = text.split(search).length - 1;
  if (times !== 1)
    throw new Error(`${file}: the text of the fault "${name}" occurs ${times} times, not once`);
  return text.replace(search, () => replace);
}
