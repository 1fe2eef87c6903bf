// Rendering for iptables: NodePolicy → text, from nothing and with one policy changed. 10,000 rules must take less
// than 200 ms, and the cost must grow with the rules, not faster.
import type { NodePolicy } from '../../src/policy/index.ts';
import { buildProgram } from '../../src/render/build-program.ts';
import { lowerIptables } from '../../src/render/iptables/lower.ts';
import { printIptables } from '../../src/render/iptables/print.ts';
import { netSet, nodePolicy, type RuleSketch } from '../../src/verdict/testing.ts';

const POLICIES_PER_ENDPOINT = 10;
const RULES_PER_POLICY = 10;
const LIMIT_MS = 200;

/** `rules` rules in all, in policies of ten, each policy applied to one of as many endpoints as that takes. */
function sized(rules: number): NodePolicy {
  const policies = rules / RULES_PER_POLICY;
  const names = Array.from({ length: policies / POLICIES_PER_ENDPOINT }, (_, i) => `e${i}`);
  const sets = Array.from({ length: 200 }, (_, i) => netSet(`s:${i}`, ...members(i)));
  const rule = (n: number): RuleSketch => {
    const action = n % 7 === 0 ? 'deny' : 'allow';
    const port = { first: 1000 + (n % 5000), last: 1000 + (n % 5000) };
    if (n % 3 === 0) return { action, source: { nets: [`10.${n % 256}.0.0/16`, 'fd00::/8'] } };
    return { action, protocol: 6, source: { sets: [`s:${n % 200}`] }, destination: { ports: [port] } };
  };
  let n = 0;
  const endpoints = names.map((name) => {
    const own = Array.from({ length: POLICIES_PER_ENDPOINT }, (_, p) => {
      return [`${name}-${p}`, { ingress: Array.from({ length: RULES_PER_POLICY }, () => rule(n++)) }];
    });
    return [name, { tiers: { default: { policies: Object.fromEntries(own) } } }];
  });
  return nodePolicy(Object.fromEntries(endpoints), { ipSets: sets });
}

function members(i: number): string[] {
  return Array.from({ length: 20 }, (_, n) => `10.${i}.0.${n}/32`);
}

function measure(policy: NodePolicy): { ms: number; bytes: number } {
  const start = performance.now();
  const files = printIptables(lowerIptables(buildProgram(policy)));
  const ms = performance.now() - start;
  return { ms, bytes: files.reduce((sum, f) => sum + f.text.length, 0) };
}

/** The fastest of several, since others use the machine too; `make` gives fresh values where nothing may be remembered. */
function best(make: () => NodePolicy, times = 9): { ms: number; bytes: number } {
  const runs = Array.from({ length: times }, () => measure(make())).sort((a, b) => a.ms - b.ms);
  return runs[0] ?? { ms: NaN, bytes: 0 };
}

measure(sized(1000));
console.log('rules   text, both families   from nothing   again, unchanged');
const results = [1000, 10_000, 40_000].map((rules) => {
  const { ms, bytes } = best(() => sized(rules));
  const kept = sized(rules);
  measure(kept);
  const again = best(() => kept);
  const row = [rules, `${(bytes / 1e6).toFixed(1)} MB`, `${ms.toFixed(0)} ms`, `${again.ms.toFixed(0)} ms`];
  console.log(row.map((cell, i) => String(cell).padEnd([8, 23, 15, 0][i] ?? 0)).join(''));
  return ms;
});
const [, ten = NaN, forty = NaN] = results;
console.log(
  `10,000 rules: ${ten.toFixed(0)} ms (limit ${LIMIT_MS}); 4 times the rules: ${(forty / ten).toFixed(1)} times as long`,
);
if (!(ten < LIMIT_MS)) process.exitCode = 1;
