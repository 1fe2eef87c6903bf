import { describe, expect, it } from 'vitest';
import { mergeNegative, peerSelectorText, policySelectorText } from './selector-text.ts';

describe('where a policy applies', () => {
  it.each([
    [{}, 'N', "projectcalico.org/namespace == 'N'"],
    [{ selector: "a == 'b'" }, 'N', "(a == 'b') && projectcalico.org/namespace == 'N'"],
    [{ selector: ' ' }, 'N', "projectcalico.org/namespace == 'N'"],
    [
      { selector: "a == 'b'", serviceAccountSelector: "team=='x'" },
      'N',
      `((a == 'b') && projectcalico.org/namespace == 'N') && pcsa.team == "x"`,
    ],
    // In a namespaced policy `all()` is left as it is.
    [{ serviceAccountSelector: 'all()' }, 'N', "(projectcalico.org/namespace == 'N') && all()"],
    [{}, undefined, ''],
    [{ selector: 'has(a)||has(b)' }, undefined, 'has(a)||has(b)'],
    [{ namespaceSelector: "x == 'y'" }, undefined, 'pcns.x == "y"'],
    [{ selector: 'has(a)', namespaceSelector: 'has(x)' }, undefined, '(has(a)) && has(pcns.x)'],
    [
      { selector: 'all()', namespaceSelector: 'all()' },
      undefined,
      '(has(projectcalico.org/namespace)) && has(projectcalico.org/namespace)',
    ],
    [{ selector: 'all()' }, undefined, 'all()'],
    [
      { selector: 'all()', serviceAccountSelector: 'has(x)' },
      undefined,
      '(has(projectcalico.org/serviceaccount)) && has(pcsa.x)',
    ],
    [
      { namespaceSelector: 'all()', serviceAccountSelector: 'all()' },
      undefined,
      '(has(projectcalico.org/namespace)) && has(projectcalico.org/serviceaccount)',
    ],
  ])('%j in %s', (spec, namespace, expected) => {
    expect(policySelectorText(spec, namespace)).toBe(expected);
  });
});

describe('whom a rule means', () => {
  it.each([
    [{}, 'N', ''],
    [{}, undefined, ''],
    [{ selector: 'has(a)' }, undefined, 'has(a)'],
    [{ selector: 'has(a)' }, 'N', "(projectcalico.org/namespace == 'N') && (has(a))"],
    [{ notSelector: 'has(a)' }, 'N', "projectcalico.org/namespace == 'N'"],
    [{ notSelector: 'has(a)' }, undefined, ''],
    [{ namespaceSelector: "x=='y'" }, 'N', 'pcns.x == "y"'],
    [{ namespaceSelector: 'all()' }, undefined, 'has(projectcalico.org/namespace)'],
    [
      { namespaceSelector: 'global()', selector: 'has(a)' },
      'N',
      '(!has(projectcalico.org/namespace)) && (has(a))',
    ],
    [{ serviceAccounts: { names: ['b', 'a'] } }, undefined, 'projectcalico.org/serviceaccount in {"a", "b"}'],
    [
      { serviceAccounts: { selector: 'has(t)' } },
      'N',
      "(projectcalico.org/namespace == 'N') && (has(pcsa.t))",
    ],
    [
      {
        serviceAccounts: { names: ['a'], selector: 'has(t)' },
        selector: 'has(x) || has(y)',
        namespaceSelector: 'has(n)',
      },
      'N',
      '(has(pcns.n)) && (((has(pcsa.t)) && (projectcalico.org/serviceaccount in {"a"})) && (has(x) || has(y)))',
    ],
    [{ serviceAccounts: {} }, 'N', ''],
  ])('%j in %s', (peer, namespace, expected) => {
    expect(peerSelectorText(peer, namespace)).toBe(expected);
  });
});

it('selector and notSelector merge only when both are given', () => {
  expect(mergeNegative('has(a)', 'has(b)')).toEqual({ positive: '(has(a)) && (!(has(b)))', negative: '' });
  expect(mergeNegative('', 'has(b)')).toEqual({ positive: '', negative: 'has(b)' });
  expect(mergeNegative('has(a)', '')).toEqual({ positive: 'has(a)', negative: '' });
});
