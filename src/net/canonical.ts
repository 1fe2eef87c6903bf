// Canonical text of a prefix without making a number of it when the text is canonical already, as what stores hand out
// nearly always is. A node reads hundreds of thousands of these. A test holds it to parsePrefix and formatPrefix.
import { WIDTH } from './bits.ts';
import { formatPrefix } from './format.ts';
import { parsePrefix } from './parse.ts';

/** The text itself when it is canonical, else the canonical text of the masked prefix; undefined if it is no prefix. */
export function canonicalPrefix(text: string): string | undefined {
  if (isCanonicalHost(text)) return text;
  const parsed = parsePrefix(text);
  return parsed && formatPrefix(parsed.prefix);
}

/** As canonicalPrefix, but the one address with its full length, whatever length is written. */
export function canonicalHost(text: string): string | undefined {
  if (isCanonicalHost(text)) return text;
  const prefix = parsePrefix(text)?.prefix;
  return prefix && formatPrefix({ ...prefix, length: WIDTH[prefix.family] });
}

/** One address with its full length, spelled as formatPrefix spells it. False where that is not plain to see. */
function isCanonicalHost(text: string): boolean {
  return text.endsWith('/32') ? isPlainIPv4(text) : text.endsWith('/128') && isPlainIPv6(text);
}

function isPlainIPv4(text: string): boolean {
  const end = text.length - 3;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (octet < 0) return false;
      octet = -1;
      dots++;
    } else if (code >= 48 && code <= 57) {
      if (octet === 0) return false; // a leading zero
      octet = octet < 0 ? code - 48 : octet * 10 + code - 48;
      if (octet > 255) return false;
    } else return false;
  }
  return dots === 3 && octet >= 0;
}

/** Lower case, no leading zeros, and `::` for the first of the longest runs of zero groups if that has two or more. */
function isPlainIPv6(text: string): boolean {
  const end = text.length - 4;
  let groups = 0;
  let digits = 0;
  let zero = false;
  /** Zero groups up to here; the longest run so far, and the longest before the gap. */
  let run = 0;
  let longest = 0;
  let before = -1;
  for (let i = 0; i <= end; i++) {
    const code = i < end ? text.charCodeAt(i) : 58;
    if (code === 58) {
      if (digits > 0) {
        groups++;
        run = zero ? run + 1 : 0;
        if (run > longest) longest = run;
        digits = 0;
        // A zero group behind the gap belongs into it.
        if (zero && text.charCodeAt(i - 2) === 58 && text.charCodeAt(i - 3) === 58) return false;
      } else if (i === end) {
        if (text.charCodeAt(i - 2) !== 58) return false;
      } else if (i === 0) {
        if (text.charCodeAt(1) !== 58) return false;
        continue;
      } else {
        // The second colon of the gap; a zero group before it belongs into it.
        if (before >= 0 || run > 0) return false;
        before = longest;
        longest = 0;
      }
    } else if ((code >= 48 && code <= 57) || (code >= 97 && code <= 102)) {
      if (digits > 0 && zero) return false;
      zero = digits === 0 && code === 48;
      if (++digits > 4) return false;
    } else return false;
  }
  if (before < 0) return groups === 8 && longest < 2;
  const gap = 8 - groups;
  return gap >= 2 && before < gap && longest <= gap;
}
