// Golden files: what every feature becomes in every dialect, reviewed by people. `npm run golden` rewrites them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validate } from 'nft-json-schema';
import { cases, GOLDEN, outputsOf } from './cases.ts';

const INPUTS = ['host.json', 'input.yaml'];
const FILES = ['ipset.restore', 'iptables.v4', 'iptables.v6', 'nftables.json', 'nftables.nft'];

describe('golden files', () => {
  it('cover at least 40 features', () => expect(cases.length).toBeGreaterThanOrEqual(40));

  it.each(cases)('%s', async (name) => {
    const outputs = await outputsOf(name);
    expect([...outputs.keys()].sort()).toEqual(FILES);
    for (const [file, text] of outputs) await expect(text).toMatchFileSnapshot(join(GOLDEN, name, file));
    expect(validate(JSON.parse(outputs.get('nftables.json') ?? ''))).toEqual([]);
  });

  it('has no orphans', () => {
    for (const name of cases) {
      const there = readdirSync(join(GOLDEN, name));
      expect(there.filter((f) => !INPUTS.includes(f) && !FILES.includes(f)), name).toEqual([]);
    }
  });
});
