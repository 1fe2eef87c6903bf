import { expect, test } from 'vitest';
import { parseSelector, prefixLabels, type Selector, selectorId, uniqueId } from './index.ts';

test.each([
  ['', 's:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug'],
  [' (all()) ', 's:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug'],
  ['has(a)', 's:JpRGrxZ4kdS6g7WoF-uG_g7qlh2ipw2zGYBMpQ'],
  ['foo == "bar"', 's:KFMvceMXUppWzK90Qfbm3acGhvce0jmCAt1S_A'],
  ['a == "b"', 's:flMh0m0X_BowkAK_W3j3MgH8oQOsj3WxGDoXCQ'],
  ['! (has( b)||! has(a ))', 's:Iss0uCleLYv1GSv_pNm7hAO58kE9jAx1NKyG3Q'],
  ['! (a == "b"&&! c != "d")', 's:lh3haoY1ikTRkd4UZu0nWSaIBknYLPJLX16d-w'],
  ['(a == "b" && !c == "d")', 's:y8s-rg2KnoC0a-DBAotO9uojLdJUkCh4kauw1w'],
  [`!(k == 'v')`, 's:dDQRbj2QkhYAsS8WDL3_NtTJMv_RyPxSQ27fsw'],
  ['a in {"b", "a"}', 's:9_m7wGzS6DBRW0E2xvXSZcEzJkXmVVNAsAI50Q'],
  [`k == 'v' && x == 'y'`, 's:gsIkpwUcwFzD00OlMthnjjUm5AOpqicu3dJqsg'],
])('%s has the id %s, as Calico computes it', (text, id) => {
  expect(selectorId(parseSelector(text).value as Selector)).toBe(id);
});

test('ids of other content depend on the prefix too', () => {
  expect(uniqueId('s', 'all()')).toBe('s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug');
  expect(uniqueId('n', 'all()').slice(2)).not.toBe(uniqueId('s', 'all()').slice(2));
  expect(uniqueId('n', 'x')).toHaveLength(40);
});

test('prefixing changes label names and nothing else', () => {
  const parse = (text: string) => parseSelector(text).value as Selector;
  expect(
    prefixLabels(parse('!has(a) && (b in {"b"} || c starts with "c" || d != "d") && all()'), 'pcns.'),
  ).toEqual(parse('!has(pcns.a) && (pcns.b in {"b"} || pcns.c starts with "c" || pcns.d != "d") && all()'));
  expect(prefixLabels(parse('global()'), 'pcns.')).toEqual(parse('global()'));
});
