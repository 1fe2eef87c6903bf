// The library's public face: what it offers, that its parts fit together, and that importing it does nothing.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as tortie from './index.ts';

const API = 'projectcalico.org/v3';
const DOCUMENTS = [
  {
    apiVersion: API,
    kind: 'WorkloadEndpoint',
    metadata: { name: 'n1-k8s-web-eth0', namespace: 'prod', labels: { app: 'web' } },
    spec: {
      orchestrator: 'k8s',
      node: 'n1',
      pod: 'web',
      endpoint: 'eth0',
      interfaceName: 'caliweb',
      ipNetworks: ['10.0.0.1/32'],
    },
  },
  {
    apiVersion: API,
    kind: 'NetworkPolicy',
    metadata: { name: 'web', namespace: 'prod' },
    spec: {
      selector: "app == 'web'",
      ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [80] } }],
    },
  },
];

function compile(): tortie.NodePolicy {
  const parsed = DOCUMENTS.map((document) => tortie.parseResource(document));
  expect(parsed.flatMap((result) => result.problems)).toEqual([]);
  const graph = tortie.createGraph({ nodes: ['n1'] });
  tortie.feed([...parsed.flatMap((result) => result.value ?? []), ...tortie.BUILTINS], graph);
  graph.flush();
  return graph.nodePolicy('n1');
}

describe('the library', () => {
  it('compiles, judges, renders and compares', () => {
    const policy = compile();
    const packet: tortie.Packet = {
      family: 4,
      inInterface: 'eth0',
      outInterface: 'caliweb',
      source: 0xc0_00_02_01n,
      destination: 0x0a_00_00_01n,
      protocol: 6,
      sourcePort: 40_000,
      destinationPort: 80,
    };
    const evaluator = tortie.createEvaluator(policy);
    expect(evaluator.verdict(packet)).toBe('allow');
    expect(evaluator.verdict({ ...packet, destinationPort: 81 })).toBe('deny');
    const ruleset = tortie.createRenderer('nftables').render(policy);
    expect(tortie.printRuleset(ruleset)[0]?.text).toContain('table inet tortie');
    expect(tortie.changesBetween(ruleset, ruleset)).toEqual([]);
    const changes = tortie.changesBetween(undefined, ruleset);
    expect(tortie.printHuman(changes)).toMatch(/Plan: \d+ to add, 0 to change, 0 to remove\.\n$/);
  });

  it('offers exactly these values', () => {
    expect(Object.keys(tortie).sort()).toMatchInlineSnapshot(`
      [
        "BUILTINS",
        "DEFAULT_CONFIG",
        "DatastoreError",
        "KINDS",
        "NO_HOST_FACTS",
        "NO_MASQUERADE",
        "TortieError",
        "changesBetween",
        "checkReferences",
        "chooseFamily",
        "clearAll",
        "connectivity",
        "connectivityDiff",
        "createApplier",
        "createClient",
        "createEvaluator",
        "createGraph",
        "createRenderer",
        "endpointsByInterface",
        "explainFlow",
        "feed",
        "formatPath",
        "formatProblems",
        "formatSelector",
        "hostFactsProblems",
        "hostFactsSchema",
        "hostInterfaces",
        "interfacesByRoute",
        "isWorkloadInterface",
        "loadClientConfig",
        "loadFiles",
        "matches",
        "openDatastore",
        "parseHostFacts",
        "parseResource",
        "parseSelector",
        "planIptables",
        "planNft",
        "policyKinds",
        "printCommands",
        "printHuman",
        "printJson",
        "printRuleset",
        "printUnified",
        "problem",
        "problemsToJson",
        "readHostFacts",
        "readSnapshot",
        "resolveEnd",
        "resourceKey",
        "ruleId",
        "runSyncer",
        "selectorId",
        "sortProblems",
        "systemRunner",
        "trafficText",
      ]
    `);
  });

  it('does nothing when it is imported', () => {
    // zod keeps its registry in globalThis, so that two copies of it share one.
    const program = `
      const state = () => ({
        listeners: process.eventNames().map(String),
        globals: Object.getOwnPropertyNames(globalThis).filter((name) => !name.startsWith('__zod')),
        environment: { ...process.env },
      });
      const before = state();
      await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))});
      console.log(JSON.stringify([before, state()]));
    `;
    const argv = ['--import', 'tsx', '--input-type=module', '-e', program];
    const done = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    expect(done.stderr).toBe('');
    const [before, after] = JSON.parse(done.stdout) as unknown[];
    expect(after).toEqual(before);
  });
});
