import { expect, it } from 'vitest';
import { validate } from 'nft-json-schema';
import { nodePolicy } from '../../verdict/testing.ts';
import { createRenderer, printRuleset } from '../renderer.ts';
import {
  printChain,
  printDelete,
  printElements,
  printFlush,
  printMap,
  printRules,
  printSet,
  mapElements,
  setElements,
} from './print.ts';
import { everything } from './testing.ts';

const ruleset = createRenderer('nftables').render(
  nodePolicy({ a: { interfaceName: 'cali1' }, t: { interfaceName: 'tap0' } }),
);

it('the whole script replaces the table in one transaction', () => {
  const [file, ...others] = printRuleset(ruleset);
  expect([file?.file, others]).toEqual(['nftables.nft', []]);
  expect(file?.text.split('\n').slice(0, 4)).toEqual([
    'table inet tortie',
    'delete table inet tortie',
    '',
    'table inet tortie {',
  ]);
  // nft 1.0.6 wants a newline before the brace that closes a chain, and there are no anonymous sets.
  expect(file?.text).not.toMatch(/(?:accept|drop|;) *\}|(?:addr|port|state|iifname) (?:!= )?\{/);
});

it('the pieces are one command a line', () => {
  const base = ruleset.chains.get('forward-from-workload')!;
  expect(printChain(base)).toBe(
    'add chain inet tortie forward-from-workload { type filter hook forward priority 0; policy accept; }',
  );
  expect(printRules(base)).toEqual([
    `add rule inet tortie forward-from-workload iifname vmap @from-workload comment "t:${base.hash}"`,
    'add rule inet tortie forward-from-workload iifname "cali*" counter drop comment "unknown interface"',
  ]);
  expect(printChain(ruleset.chains.get('to-cali1')!)).toBe('add chain inet tortie to-cali1');
  const others = ruleset.sets.get('other-workloads')!;
  expect(printSet(others)).toBe('add set inet tortie other-workloads { type ifname; }');
  expect(printSet({ ...others, interval: true })).toBe(
    'add set inet tortie other-workloads { type ifname; flags interval; }',
  );
  expect(printElements('delete', others.name, setElements(others))).toEqual([
    'delete element inet tortie other-workloads { "tap0" }',
  ]);
  expect(printElements('add', others.name, [])).toEqual([]);
  const map = ruleset.maps.get('to-workload')!;
  expect(printMap(map)).toBe('add map inet tortie to-workload { type ifname : verdict; }');
  expect(printElements('add', map.name, mapElements(map))).toEqual([
    'add element inet tortie to-workload { "cali1" : goto to-cali1, "tap0" : goto to-tap0 }',
  ]);
  expect([printFlush('a'), printDelete('set', 'b')]).toEqual([
    'flush chain inet tortie a',
    'delete set inet tortie b',
  ]);
});

it('the JSON is valid, and has a rule for each rule of the text', () => {
  const [text, json] = printRuleset(createRenderer('nftables').render(everything()), { json: true });
  const document = JSON.parse(json?.text ?? '') as { nftables: { add?: { rule?: unknown } }[] };
  expect(json?.file).toBe('nftables.json');
  expect(validate(document)).toEqual([]);
  const rules = document.nftables.filter((command) => command.add?.rule !== undefined);
  expect(rules).toHaveLength(text?.text.match(/^\t\t(?!type |flags |elements |\t|\})/gm)?.length ?? 0);
});
