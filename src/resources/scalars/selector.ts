// Selectors inside resources: at most 1024 characters, must parse, and `global()` only where an entity rule's
// namespaceSelector may have it. The problem's position inside the file is added by whoever knows the file.
import type { ZodString } from 'zod';
import { parseSelector, readEquality } from '../../selector/index.ts';
import { type Report, text } from '../schema.ts';

const GLOBAL_ELSEWHERE = 'global() can only be used in an EntityRule namespaceSelector';

export function checkSelector(value: string, report: Report): void {
  if (value.length > 1024) {
    report({
      code: 'selector/too-long',
      message: `selector of ${value.length} characters, at most 1024 are allowed`,
    });
    return;
  }
  if (readEquality(value)) return;
  for (const found of parseSelector(value).problems) report(found);
}

/** What the API server can check of it. */
const LIMITS = { maxLength: 1024 };

export function selectorWithout(global: string): ZodString {
  return text((value, report) => {
    checkSelector(value, report);
    if (value.includes('global(')) report({ message: global });
  }).meta(LIMITS);
}

/** May say `global()` anywhere. */
export const anySelector = text(checkSelector).meta(LIMITS);
/** May not say `global()`. */
export const selector = selectorWithout(GLOBAL_ELSEWHERE);
/** May be `global()`, or say it nowhere. */
export const ruleNamespaceSelector = text((value, report) => {
  checkSelector(value, report);
  if (value.includes('global(') && !/^\s*global\(\s*\)\s*$/.test(value)) {
    report({ message: 'global() cannot be combined with other selectors' });
  }
}).meta(LIMITS);
