// Skipping through JSON text that JSON.parse has accepted, by character codes: dumps of clusters are large.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** `at` is on the opening quote; gives the offset after the closing one. */
export function endOfString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  for (;;) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
}

/** The offset after the value that begins at `at`. */
export function endOfValue(text: string, at: number): number {
  let depth = 0;
  let index = at;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfString(text, index);
      if (depth === 0) return index;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth++;
      index++;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 0) return index;
      index++;
      if (--depth === 0) return index;
    } else if (depth === 0 && (code === COMMA || code <= 0x20)) return index;
    else index++;
  }
  return index;
}

/** How many members all objects of the text have together: every colon outside of strings is one. */
export function countMembers(text: string): number {
  let members = 0;
  for (let index = 0; index < text.length; ) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else {
      if (code === COLON) members++;
      index++;
    }
  }
  return members;
}

export function skipBlank(text: string, at: number): number {
  let index = at;
  while (text.charCodeAt(index) <= 0x20) index++;
  return index;
}
