import { expect, it } from 'vitest';
import { limitedName } from './names.ts';

// Calico's own vectors.
it.each([
  ['felix', '_2345', 10, 'felix_kMQI'],
  ['felix', '12345678910', 13, 'felix_Y2QCZIS'],
  ['felix', '', 10, 'felix_'],
  ['cali-pi-', 'gnp/default.allow-all', 28, 'cali-pi-_CCdt78kWMcedCsqGIo6'],
  ['cali-fh-', 'any-interface-at-all', 28, 'cali-fh-any-interface-at-all'],
  ['cali-pi-', '_2345678901234567890', 28, 'cali-pi-_NRWGJbcgjLYWITkwn5H'],
])('%s + %s in %i characters is %s', (prefix, suffix, max, name) => {
  expect(limitedName(prefix, suffix, max)).toBe(name);
});

it('refuses a prefix that leaves no room for a hash', () => {
  expect(() => limitedName('abcdef', 'ghi', 6)).toThrow('no room for a hash');
});
