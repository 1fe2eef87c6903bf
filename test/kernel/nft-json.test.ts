// The schema of nft's JSON against nft itself: what every version prints of all that we render and of much that others
// do, and our own JSON, which every version loads. A newer nft lists what an older one loaded, too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Issue, validate } from '../../packages/nft-json-schema/src/index.ts';
import { cases, GOLDEN } from '../golden/cases.ts';
import { inNamespace, type TestNamespace } from '../support/namespace.ts';
import { nftVersions } from '../support/nft-versions.ts';

const OTHERS = readFileSync(new URL('nft-json.nft', import.meta.url), 'utf8');
/** Kinds of statement, expression and object that the kernel must have taken, so that the listing shows something. */
const SHOWN =
  `table, chain, rule, set, map, counter, quota, limit, match, mangle, log, reject, ct count, notrack, vmap,
  accept, drop, jump, goto, return, continue, reset, masquerade, snat, dnat, redirect,
  payload, meta, ct, rt, fib, prefix, range, concat, elem, &, |`.split(/,\s+/);

const pairs = nftVersions.flatMap((loader, i) => nftVersions.slice(i).map((lister) => ({ loader, lister })));

describe.concurrent.each(pairs)(
  'loaded by nft $loader.name, listed by nft $lister.name',
  ({ loader, lister }) => {
    it('every golden case is valid', async () => {
      await inNamespace(async (namespace) => {
        const issues: Record<string, readonly Issue[]> = {};
        for (const name of cases) {
          await load(namespace.with(loader), output(name, 'nft'));
          const found = validate(await listing(namespace.with(lister), 'table', 'inet', 'tortie'));
          if (found.length > 0) issues[name] = found;
        }
        expect(issues).toEqual({});
      });
    });

    it('what others may have is valid', async () => {
      await inNamespace(async (namespace) => {
        // Interactive, nft goes on after a line that this kernel does not know.
        await namespace.with(loader).sh(['nft', '-i'], OTHERS);
        const document = await listing(namespace.with(lister), 'ruleset');
        expect(validate(document)).toEqual([]);
        const tags = tagsOf(document);
        expect(SHOWN.filter((tag) => !tags.has(tag))).toEqual([]);
      });
    });
  },
);

describe.concurrent.each(nftVersions)('our JSON, with nft $name', (version) => {
  it('is valid, and loads as the same rules as our text', async () => {
    await inNamespace(async (namespace) => {
      const ns = namespace.with(version);
      for (const name of cases) {
        const json = output(name, 'json');
        expect({ name, issues: validate(JSON.parse(json)) }).toEqual({ name, issues: [] });
        await load(ns, output(name, 'nft'));
        const wanted = await ns.sh(['nft', '-s', 'list', 'ruleset']);
        await ns.sh(['nft', 'flush', 'ruleset']);
        // For JSON nft opens /dev/stdin anew, which a socket does not allow.
        await ns.sh(['sh', '-c', 'cat | nft -j -f -'], json);
        expect(await ns.sh(['nft', '-s', 'list', 'ruleset'])).toBe(wanted);
      }
    });
  });
});

function output(name: string, extension: 'nft' | 'json'): string {
  return readFileSync(join(GOLDEN, name, `nftables.${extension}`), 'utf8');
}

async function load(ns: TestNamespace, text: string): Promise<void> {
  await ns.sh(['nft', '-f', '-'], `flush ruleset\n${text}`);
}

async function listing(ns: TestNamespace, ...what: readonly string[]): Promise<unknown> {
  return JSON.parse(await ns.sh(['nft', '-j', 'list', ...what]));
}

/** Every key of every object: the tags, and the names of their fields. */
function tagsOf(value: unknown, into = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return into;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) into.add(key);
    tagsOf(inner, into);
  }
  return into;
}
