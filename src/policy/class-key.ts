// What tells items apart: the codes of the values that they carry, own or inherited, of the labels that selectors
// mention. Kin carry the same labels, so which of them are mentioned is worked out once for all of them.
import type { LabelNames } from '../resources/index.ts';
import { inheritedLabel, type ParentLabels } from './inheritance.ts';
import type { HasKin, Kin } from './kin.ts';
import { codeOf, type Mentioned, type Vocabulary } from './vocabulary.ts';

export class ClassKeys<I extends HasKin<I>> {
  readonly #vocabulary: Vocabulary;
  readonly #parents: ParentLabels;
  /** Grows whenever other labels are mentioned, or a profile hands down others. */
  #stamp = 1;
  /** What was worked out last: most kin carry the same labels as the kin before. */
  #last:
    | { stamp: number; own: LabelNames; inherited: readonly LabelNames[]; mentioned: readonly Mentioned[] }
    | undefined;

  constructor(vocabulary: Vocabulary, parents: ParentLabels) {
    this.#vocabulary = vocabulary;
    this.#parents = parents;
  }

  /** Other labels are mentioned, or a profile hands down others. */
  changed(): void {
    this.#stamp++;
  }

  /** The same for two items exactly if no selector tells them apart. The item is filed among its kin. */
  keyOf(item: I): string {
    let key = '';
    for (const mentioned of this.#mentionedBy(item.kin as Kin<I>)) {
      const code = codeOf(mentioned.mention, this.#valueOf(item, mentioned));
      if (code !== '') key += `${mentioned.mention.number}=${code};`;
    }
    return key;
  }

  /** The labels of which the key consists: their codes, and the values of this item. */
  labelsOf(item: I): { codes: ReadonlyMap<string, string>; values: ReadonlyMap<string, string> } {
    const codes = new Map<string, string>();
    const values = new Map<string, string>();
    for (const mentioned of this.#mentionedBy(item.kin as Kin<I>)) {
      const value = this.#valueOf(item, mentioned);
      const code = codeOf(mentioned.mention, value);
      if (code === '') continue;
      codes.set(mentioned.label, code);
      values.set(mentioned.label, value);
    }
    return { codes, values };
  }

  #valueOf(item: I, { label, place }: Mentioned): string {
    const { labels, parents } = item.source;
    const value = place >= 0 ? labels.texts[place] : inheritedLabel(parents, this.#parents, label);
    return value as string;
  }

  /** The mentioned labels that kin carry, own and inherited, by number. */
  #mentionedBy(kin: Kin<I>): readonly Mentioned[] {
    if (kin.stamp === this.#stamp) return kin.mentioned;
    const inherited: LabelNames[] = [];
    for (const parent of kin.parents) {
      const labels = this.#parents.get(parent);
      if (labels) inherited.push(labels.names);
    }
    const last = this.#last;
    const same =
      last?.stamp === this.#stamp && last.own === kin.names && sameThings(last.inherited, inherited);
    kin.mentioned = same ? last.mentioned : this.#findMentioned(kin.names, inherited);
    kin.stamp = this.#stamp;
    if (!same) this.#last = { stamp: kin.stamp, own: kin.names, inherited, mentioned: kin.mentioned };
    return kin.mentioned;
  }

  #findMentioned(own: LabelNames, inherited: readonly LabelNames[]): readonly Mentioned[] {
    const found: Mentioned[] = [];
    for (const [place, label] of own.list.entries()) {
      const mention = this.#vocabulary.get(label);
      if (mention) found.push({ label, mention, place });
    }
    for (const { list } of inherited) {
      for (const label of list) {
        const mention = this.#vocabulary.get(label);
        if (mention && !found.some((other) => other.mention === mention))
          found.push({ label, mention, place: -1 });
      }
    }
    return found.sort((a, b) => a.mention.number - b.mention.number);
  }
}

function sameThings<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((thing, index) => thing === b[index]);
}
