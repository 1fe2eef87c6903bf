// The golden cases: a folder each, with `input.yaml`, perhaps `host.json` (the host's interfaces, as `--host` takes
// them), and every dialect's output side by side.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type HostFacts, type NodePolicy, parseHostFacts } from '../../src/policy/index.ts';
import { createRenderer, printRuleset, type Ruleset } from '../../src/render/index.ts';
import { compileFiles } from '../support/compile.ts';

export const GOLDEN = dirname(fileURLToPath(import.meta.url));

export const cases: readonly string[] = readdirSync(GOLDEN, { withFileTypes: true })
  .filter((e) => e.isDirectory())
  .map((e) => e.name)
  .sort();

export async function casePolicy(name: string): Promise<NodePolicy> {
  return (await compileFiles([join(GOLDEN, name, 'input.yaml')])).policy;
}

export async function rulesetsOf(name: string): Promise<readonly Ruleset[]> {
  const policy = await casePolicy(name);
  const facts = factsOf(name);
  return [createRenderer('nftables').render(policy, facts), createRenderer('iptables').render(policy, facts)];
}

function factsOf(name: string): HostFacts | undefined {
  const file = join(GOLDEN, name, 'host.json');
  return existsSync(file) ? parseHostFacts(JSON.parse(readFileSync(file, 'utf8'))).value : undefined;
}

/** file name → text, of all dialects. */
export async function outputsOf(name: string): Promise<ReadonlyMap<string, string>> {
  const files = (await rulesetsOf(name)).flatMap((r) => printRuleset(r, { json: true }));
  return new Map(files.map((f) => [f.file, f.text]));
}
