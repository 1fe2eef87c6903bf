// Which labels, and which of their values, some selector can tell apart. Two items whose *codes* agree on every
// mentioned label are the same to every selector; that is what a class is.
//
// The code of a value: the number of the value if a selector names it (==, !=, in, not in); else `*`, if a selector asks
// whether the label is there at all, and the numbers of the substring tests (contains, starts with, ends with) that it
// passes. What no selector can tell from an absent label has the empty code, as an absent label has.
import { type LabelUse, labelsOf, type Selector } from '../selector/index.ts';

export interface VocabularyChange {
  /** The label was not mentioned before, or is not mentioned any more. */
  appeared: boolean;
  vanished: boolean;
  /** Values that are named now and were not. */
  readonly named: Set<string>;
  /** Codes of values that are not named any more. */
  readonly removedCodes: Set<string>;
  /** Values that no selector names may have other codes now. */
  othersChanged: boolean;
}

interface Numbered {
  readonly number: number;
  users: number;
}

interface Substring extends Numbered {
  readonly test: (value: string) => boolean;
}

/** A label that some selector mentions. */
interface Mention {
  /** Stable while the label is mentioned. */
  readonly number: number;
  users: number;
  /** How many selectors ask whether the label is there. */
  presence: number;
  readonly values: Map<string, Numbered>;
  readonly substrings: Map<string, Substring>;
}

/** A mentioned label that something carries. */
export interface Mentioned {
  readonly label: string;
  readonly mention: Mention;
  /** Among the labels of its own; -1 when it is inherited. */
  readonly place: number;
}

export function codeOf({ values, substrings, presence }: Mention, value: string): string {
  const named = values.get(value);
  if (named) return String(named.number);
  let code = presence > 0 ? '*' : '';
  for (const { number, test } of substrings.values()) if (test(value)) code += `~${number}`;
  return code;
}

export class Vocabulary {
  readonly #labels = new Map<string, Mention>();
  #changes = new Map<string, VocabularyChange>();
  #next = 1;

  /** Undefined when nothing mentions the label. */
  get(label: string): Mention | undefined {
    return this.#labels.get(label);
  }

  add(selector: Selector): void {
    // The form that most selectors have, one for each namespace or application.
    if (selector.kind === 'compare' && selector.op === '==') {
      const mention = this.#mention(selector.label);
      mention.users++;
      this.#addValue(selector.label, mention, selector.value);
      return;
    }
    for (const [label, use] of labelsOf(selector)) {
      const mention = this.#mention(label);
      mention.users++;
      if (use.presence && mention.presence++ === 0) this.#change(label).othersChanged = true;
      for (const value of use.values) this.#addValue(label, mention, value);
      this.#addSubstrings(label, mention, use);
    }
  }

  #mention(label: string): Mention {
    let mention = this.#labels.get(label);
    if (!mention) {
      mention = { number: this.#next++, users: 0, presence: 0, values: new Map(), substrings: new Map() };
      this.#labels.set(label, mention);
      this.#change(label).appeared = true;
    }
    return mention;
  }

  #addValue(label: string, { values }: Mention, value: string): void {
    const named = values.get(value);
    if (named) named.users++;
    else {
      values.set(value, { number: this.#next++, users: 1 });
      this.#change(label).named.add(value);
    }
  }

  #addSubstrings(label: string, { substrings }: Mention, use: LabelUse): void {
    for (const { op, value } of use.substrings) {
      const key = `${op} ${value}`;
      const known = substrings.get(key);
      if (known) known.users++;
      else {
        substrings.set(key, { number: this.#next++, users: 1, test: substringTest(op, value) });
        this.#change(label).othersChanged = true;
      }
    }
  }

  remove(selector: Selector): void {
    for (const [label, use] of labelsOf(selector)) {
      const mention = this.#labels.get(label);
      if (!mention) continue;
      if (use.presence && --mention.presence === 0) this.#change(label).othersChanged = true;
      for (const value of use.values) {
        const named = mention.values.get(value);
        if (!named || --named.users > 0) continue;
        mention.values.delete(value);
        this.#change(label).removedCodes.add(String(named.number));
      }
      for (const { op, value } of use.substrings) {
        const known = mention.substrings.get(`${op} ${value}`);
        if (!known || --known.users > 0) continue;
        mention.substrings.delete(`${op} ${value}`);
        this.#change(label).othersChanged = true;
      }
      if (--mention.users > 0) continue;
      this.#labels.delete(label);
      this.#change(label).vanished = true;
    }
  }

  /** What changed since the last call, by label. */
  takeChanges(): ReadonlyMap<string, VocabularyChange> {
    const changes = this.#changes;
    if (changes.size > 0) this.#changes = new Map();
    return changes;
  }

  #change(label: string): VocabularyChange {
    let change = this.#changes.get(label);
    if (!change) {
      change = {
        appeared: false,
        vanished: false,
        named: new Set(),
        removedCodes: new Set(),
        othersChanged: false,
      };
      this.#changes.set(label, change);
    }
    return change;
  }
}

function substringTest(op: string, text: string): (value: string) => boolean {
  if (op === 'contains') return (value) => value.includes(text);
  return op === 'starts with' ? (value) => value.startsWith(text) : (value) => value.endsWith(text);
}
