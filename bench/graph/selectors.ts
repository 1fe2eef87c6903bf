// Felix's selector benchmarks: parsing, and here also evaluation, of one expression. The parser has no state, so that
// nothing is remembered between two rounds.
// Run: node --import tsx bench/graph/selectors.ts
import { compileSelector, parseSelector } from '../../src/selector/index.ts';
import { printTable, seconds, share } from './lib/table.ts';

const TEXT = '! (a == "b"&&! c != "d") || !(a == "b" && !c != "d")';
const ROUNDS = 20_000;
const { value } = parseSelector(TEXT);
if (!value) throw new Error(TEXT);
const test = compileSelector(value);
const labels = new Map([
  ['a', 'b'],
  ['c', 'd'],
]);

/** Milliseconds of CPU for one call, the best of several series. */
function time(call: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let series = 0; series < 10; series++) {
    let held = 0;
    const start = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round++) if (call() !== undefined) held++;
    const { user, system } = process.cpuUsage(start);
    if (held !== ROUNDS) throw new Error('some calls gave nothing');
    best = Math.min(best, (user + system) / 1000 / ROUNDS);
  }
  return best;
}

const parse = time(() => parseSelector(TEXT).value);
const evaluate = time(() => test(labels));
printTable(
  ['operation', 'CPU', 'Felix', 'share'],
  [
    ['parse', seconds(parse), '8.4 µs', share(parse, 0.0084)],
    ['evaluate', seconds(evaluate), '', ''],
  ],
);
