import { expect, it } from 'vitest';
import { chainHash } from './hash.ts';

it('is 16 characters over texts, comments and their order', () => {
  const base = chainHash([{ text: 'a' }, { text: 'b', comment: 'c' }]);
  expect(base).toMatch(/^[A-Za-z0-9_-]{16}$/);
  expect(chainHash([{ text: 'a' }, { text: 'b', comment: 'c' }])).toBe(base);
  const others = [
    [{ text: 'b', comment: 'c' }, { text: 'a' }],
    [{ text: 'a' }, { text: 'b' }],
    [{ text: 'a' }, { text: 'bc' }],
    [{ text: 'a' }, { text: 'b', comment: '' }],
    [{ text: 'a\nb', comment: 'c' }],
  ];
  expect(new Set([base, ...others.map(chainHash)]).size).toBe(others.length + 1);
});
