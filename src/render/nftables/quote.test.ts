import { describe, expect, it } from 'vitest';
import {
  commentText,
  COMMENT_LIMIT,
  interfaceName,
  interfaceWildcard,
  logPrefixText,
  objectName,
  quoted,
} from './quote.ts';

describe('names', () => {
  it('stay readable while nft takes them, and are hashed as a whole otherwise', () => {
    expect(objectName('policy-', 'NetworkPolicy/a/b.c/ingress')).toBe('policy-NetworkPolicy/a/b.c/ingress');
    for (const text of ['a b', 'a"b', 'a{b', 'a:b', 'ä', 'a\nb', 'a;b', '../a b']) {
      expect(objectName('x-', text)).toMatch(/^x-_[A-Za-z0-9_-]{43}$/);
    }
    expect(objectName('x-', 'a b')).not.toBe(objectName('x-', 'a:b'));
    expect(objectName('policy-', 'a'.repeat(248))).toHaveLength(255);
    expect(objectName('policy-', 'a'.repeat(249))).toMatch(/^policy-_[A-Za-z0-9_-]{43}$/);
  });
});

describe('comments', () => {
  it('lose quotes, control characters and the middle of what is too long', () => {
    expect(commentText('a"b\n\\ä')).toBe("a'b___");
    const long = commentText(`NetworkPolicy/${'n'.repeat(200)}/ingress/12`, ['k=v']);
    expect(long).toHaveLength(COMMENT_LIMIT);
    expect(long).toMatch(/^NetworkPolicy\/n+\.\.n+\/ingress\/12$/);
    expect(commentText('id', ['k="v"', 'x'.repeat(200)])).toHaveLength(COMMENT_LIMIT);
  });
});

it('a log prefix keeps its colon when it is cut', () => {
  expect(logPrefixText('a"b')).toBe("a'b: ");
  expect(logPrefixText('x'.repeat(200))).toBe(`${'x'.repeat(125)}: `);
});

describe('interfaces', () => {
  it('are names, not wildcards', () => {
    expect(interfaceName('cali1@eth0+')).toBe('cali1@eth0+');
    for (const bad of ['', 'cali*', 'a b', 'a"b', 'a/b', 'a\\b', 'a\nb', 'ä', 'x'.repeat(16)]) {
      expect(() => interfaceName(bad)).toThrow('cannot be the name of an interface');
    }
  });

  it('a prefix as long as a name can only be the name', () => {
    expect(interfaceWildcard('cali')).toBe('cali*');
    expect(interfaceWildcard('x'.repeat(15))).toBe('x'.repeat(15));
  });
});

it('never quotes what would end the quotes', () => {
  expect(quoted('a b')).toBe('"a b"');
  expect(() => quoted('a"')).toThrow('not quotable');
  expect(() => quoted('a\n')).toThrow('not quotable');
});
