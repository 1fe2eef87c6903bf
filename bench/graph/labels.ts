// Felix's label-index benchmarks, through the part of our graph that does the same: the index of endpoints and network
// sets under the selectors of rules. Each operation is flushed by itself, as Felix's index answers at once.
// Run: node --expose-gc --import tsx bench/graph/labels.ts [name …]
import { IpSets } from '../../src/policy/ip-sets.ts';
import { Profiles } from '../../src/policy/profiles.ts';
import { createSelectorCache, isParsed } from '../../src/policy/selector-cache.ts';
import type { SelectorSet } from '../../src/policy/set-definition.ts';
import { endpointSource } from '../../src/policy/source.ts';
import { createWorkCounters } from '../../src/policy/work.ts';
import type { Profile, WorkloadEndpoint } from '../../src/resources/index.ts';
import { endpoint, profile, update } from './lib/shape.ts';
import { printTable, readOptions, seconds, share, wanted } from './lib/table.ts';

const options = readOptions();

/** The index alone, and its operations. */
function createIndex() {
  const work = createWorkCounters();
  const selectors = createSelectorCache(work);
  const profiles = new Profiles(selectors);
  const sets = new IpSets(profiles, work);
  return {
    sets,
    addEndpoint(key: string, resource: WorkloadEndpoint): void {
      sets.put(key, endpointSource(resource));
    },
    addProfile(name: string, resource: Profile): void {
      if (profiles.put(name, resource)) sets.parentChanged(name);
    },
    /** A set of its own for each name, though selectors repeat. */
    definition(name: string, text: string): SelectorSet {
      const selector = selectors.parse(text);
      if (!isParsed(selector)) throw new Error(text);
      return { id: name, type: 'net', description: text, selector };
    },
  };
}

/** Addresses repeat after 65,536. */
function sketch(n: number) {
  const labels = { alpha: 'beta', 'ipset-1': 'true' };
  const address = `10.0.${(n >> 8) & 255}.${n & 255}/32`;
  const resource = endpoint({
    index: n,
    node: 'host',
    namespace: `namespace-${n}`,
    pod: `wep-${n}`,
    address,
    labels,
  });
  const { key } = update(resource);
  return { key, resource: resource as WorkloadEndpoint };
}

const list = <T>(length: number, make: (n: number) => T): T[] => Array.from({ length }, (_, n) => make(n));

interface Times {
  readonly wall: number;
  readonly cpu: number;
}

/** Milliseconds for one operation. */
function time(count: number, operation: (n: number) => void): Times {
  globalThis.gc?.();
  const before = process.cpuUsage();
  const start = performance.now();
  for (let n = 0; n < count; n++) operation(n);
  const wall = (performance.now() - start) / count;
  const { user, system } = process.cpuUsage(before);
  return { wall, cpu: (user + system) / 1000 / count };
}

function workloadUpdate(selectors: number): Times {
  const index = createIndex();
  for (let i = 0; i < selectors; i++)
    index.sets.acquire(index.definition(`set-${i}`, `alpha == "beta" && has(ipset-${i})`));
  index.sets.flush();
  const endpoints = list(20_000, sketch);
  return time(endpoints.length, (n) => {
    const one = endpoints[n];
    if (one) index.addEndpoint(one.key, one.resource);
    index.sets.flush();
  });
}

function parentUpdate(count: number): Times {
  const index = createIndex();
  for (const { key, resource } of list(count, sketch)) index.addEndpoint(key, resource);
  for (let i = 0; i < 100; i++)
    index.sets.acquire(index.definition(`set-${i}`, `projectcalico.org/name == "namespace-${i}"`));
  index.sets.flush();
  const parents = list(50_000, (n) => {
    const labels = {
      'projectcalico.org/name': `namespace-${n}`,
      'update-idx': `${n}`,
      'something-shared': 'foo',
    };
    return { name: `kns.namespace-${n}`, resource: profile(`kns.namespace-${n}`, labels) as Profile };
  });
  return time(parents.length, (n) => {
    const one = parents[n];
    if (one) index.addProfile(one.name, one.resource);
    index.sets.flush();
  });
}

function selectorUpdate(count: number): Times {
  const index = createIndex();
  for (const { key, resource } of list(count, sketch)) index.addEndpoint(key, resource);
  index.sets.flush();
  // One in ten matches all endpoints: no more of them than memory holds.
  const definitions = list(Math.min(2000, Math.round(4_000_000 / count)), (n) =>
    index.definition(`ipset-${n}`, `alpha == "beta" && has(ipset-${n % 10})`),
  );
  return time(definitions.length, (n) => {
    const one = definitions[n];
    if (one) index.sets.acquire(one);
    index.sets.flush();
  });
}

const FAMILIES = [
  {
    name: 'WorkloadUpdate',
    unit: 'selectors',
    run: workloadUpdate,
    felix: { 10: 15, 100: 45, 1000: 500, 10_000: 17_000 },
  },
  {
    name: 'ParentUpdates',
    unit: 'endpoints',
    run: parentUpdate,
    felix: { 100: 13, 1000: 14, 10_000: 14, 100_000: 18 },
  },
  {
    name: 'SelectorUpdates',
    unit: 'endpoints',
    run: selectorUpdate,
    felix: { 100: 27, 1000: 190, 10_000: 3000, 100_000: 26_000 },
  },
];

const rows: string[][] = [];
for (const { name, unit, run, felix } of FAMILIES) {
  if (!wanted(name, options)) continue;
  for (const [count, microseconds] of Object.entries(felix)) {
    run(Number(count));
    const times = list(options.runs, () => run(Number(count)));
    const { wall, cpu } = times.reduce((a, b) => (b.wall < a.wall ? b : a));
    const theirs = microseconds / 1000;
    const row = [seconds(wall), seconds(theirs), share(wall, theirs), seconds(cpu), share(cpu, theirs)];
    rows.push([`${name}, ${count} ${unit}`, ...row]);
  }
}
printTable(['operation', 'time', 'Felix', 'share', 'CPU', 'share'], rows);
