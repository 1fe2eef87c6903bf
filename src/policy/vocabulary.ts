// Which labels, and which of their values, some selector can tell apart. Two items whose *codes* agree on every
// mentioned label are the same to every selector; that is what a class is.
//
// The code of a value: the number of the value if a selector names it (==, !=, in, not in), else `*` and the numbers
// of the substring tests (contains, starts with, ends with) that it passes.
import { type LabelUse, labelsOf, type Selector } from '../selector/index.ts';

export interface VocabularyChange {
  /** The label was not mentioned before, or is not mentioned any more. */
  appeared: boolean;
  vanished: boolean;
  valuesAdded: boolean;
  readonly removedCodes: Set<string>;
  substringsChanged: boolean;
}

interface Numbered {
  readonly number: number;
  users: number;
}

interface Substring extends Numbered {
  readonly test: (value: string) => boolean;
}

interface Mention {
  readonly number: number;
  users: number;
  readonly values: Map<string, Numbered>;
  readonly substrings: Map<string, Substring>;
  /** Codes with the numbers of substrings may still be in use. */
  hadSubstrings: boolean;
}

export class Vocabulary {
  readonly #labels = new Map<string, Mention>();
  #changes = new Map<string, VocabularyChange>();
  #next = 1;

  mentions(label: string): boolean {
    return this.#labels.has(label);
  }

  /** Number of a mentioned label; stable while it is mentioned. */
  number(label: string): number | undefined {
    return this.#labels.get(label)?.number;
  }

  /** Undefined when nothing mentions the label. */
  code(label: string, value: string): string | undefined {
    const mention = this.#labels.get(label);
    if (!mention) return undefined;
    const named = mention.values.get(value);
    if (named) return String(named.number);
    let code = '*';
    for (const { number, test } of mention.substrings.values()) if (test(value)) code += `${number}.`;
    return code;
  }

  /** Of these codes, those of values that no selector names. */
  otherCodes(label: string, codes: Iterable<string>): Iterable<string> {
    const mention = this.#labels.get(label);
    if (mention?.substrings.size === 0 && !mention.hadSubstrings) return ['*'];
    return [...codes].filter((code) => code.startsWith('*'));
  }

  add(selector: Selector): void {
    for (const [label, use] of labelsOf(selector)) {
      let mention = this.#labels.get(label);
      if (!mention) {
        mention = {
          number: this.#next++,
          users: 0,
          values: new Map(),
          substrings: new Map(),
          hadSubstrings: false,
        };
        this.#labels.set(label, mention);
        this.#change(label).appeared = true;
      }
      mention.users++;
      this.#addValues(label, mention, use);
    }
  }

  #addValues(label: string, mention: Mention, use: LabelUse): void {
    for (const value of use.values) {
      const named = mention.values.get(value);
      if (named) named.users++;
      else {
        mention.values.set(value, { number: this.#next++, users: 1 });
        this.#change(label).valuesAdded = true;
      }
    }
    for (const { op, value } of use.substrings) {
      const key = `${op} ${value}`;
      const known = mention.substrings.get(key);
      if (known) known.users++;
      else {
        mention.hadSubstrings = true;
        mention.substrings.set(key, { number: this.#next++, users: 1, test: substringTest(op, value) });
        this.#change(label).substringsChanged = true;
      }
    }
  }

  remove(selector: Selector): void {
    for (const [label, use] of labelsOf(selector)) {
      const mention = this.#labels.get(label);
      if (!mention) continue;
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
        this.#change(label).substringsChanged = true;
      }
      if (--mention.users > 0) continue;
      this.#labels.delete(label);
      this.#change(label).vanished = true;
    }
  }

  /** What changed since the last call, by label. */
  takeChanges(): ReadonlyMap<string, VocabularyChange> {
    const changes = this.#changes;
    this.#changes = new Map();
    return changes;
  }

  #change(label: string): VocabularyChange {
    let change = this.#changes.get(label);
    if (!change) {
      change = {
        appeared: false,
        vanished: false,
        valuesAdded: false,
        removedCodes: new Set(),
        substringsChanged: false,
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
