import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { TortieError } from '../errors/index.ts';
import { hostFactsSchema } from '../policy/index.ts';
import { readHostFile } from './host-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'tortie-host-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function read(text: string) {
  const file = join(dir, 'host.json');
  writeFileSync(file, text);
  return readHostFile(file);
}
async function problems(text: string): Promise<string[]> {
  const error: unknown = await read(text).catch((e: unknown) => e);
  if (!(error instanceof TortieError)) throw new Error(`no TortieError: ${String(error)}`);
  return error.problems.map((p) => `${p.path?.join('.') ?? ''} ${p.message}`);
}

describe('--host FILE', () => {
  it('takes HostFacts', async () => {
    const facts = {
      interfaces: [{ name: 'eth0', addresses: ['192.168.0.1', 'fd00::1'] }],
      tools: { nft: '1.0.6' },
    };
    expect(await read(JSON.stringify(facts))).toEqual(facts);
  });

  it('takes the output of `ip -j addr`', async () => {
    const links = [
      { ifindex: 1, ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8 }] },
      {},
    ];
    expect(await read(JSON.stringify(links))).toEqual({
      interfaces: [{ name: 'lo', addresses: ['127.0.0.1'] }],
    });
  });

  it('says everything that is wrong', async () => {
    const bad = {
      interfaces: [{ name: 'eth*', addresses: ['10.0.0.1/8', 'x'] }],
      tools: { nft: 1 },
      extra: 1,
    };
    expect((await problems(JSON.stringify(bad))).map((line) => line.split(' ')[0])).toEqual([
      'interfaces.0.name',
      'interfaces.0.addresses.0',
      'interfaces.0.addresses.1',
      'tools.nft',
      '',
    ]);
  });

  it('says when there is no such file, or no JSON in it', async () => {
    await expect(readHostFile(join(dir, 'none'))).rejects.toThrow(/cannot read the host file: ENOENT/);
    expect(await problems('interfaces: []')).toEqual([' the host file is not JSON']);
  });

  it('is what the published schema says', () => {
    const published: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../docs/host-facts.schema.json'), 'utf8'),
    );
    expect(published).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(hostFactsSchema))));
  });
});
