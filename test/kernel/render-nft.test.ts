// What the nftables renderer prints, in a real kernel: it loads, twice, as text and as JSON with the same result; its
// listing can be loaded again; and the pieces of the printer, composed in the order that src/plan uses, lead from one
// ruleset to another.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRenderer, nft, type NftRuleset, printRuleset } from '../../src/render/index.ts';
import { buildProgram } from '../../src/render/build-program.ts';
import { DEFAULT_CAPABILITIES } from '../../src/render/nftables/capabilities.ts';
import { createLowering } from '../../src/render/nftables/lower.ts';
import { arbitraryHostPolicy } from '../../src/render/nftables/host-testing.ts';
import { arbitraryPolicy, everything } from '../../src/render/nftables/testing.ts';
import { nodePolicy } from '../../src/verdict/testing.ts';
import { inNamespace, type TestNamespace } from '../support/namespace.ts';

const LIST = ['nft', '-s', 'list', 'ruleset'];

async function load(ns: TestNamespace, ruleset: NftRuleset): Promise<string> {
  const [text] = printRuleset(ruleset);
  await ns.sh(['nft', '-f', '-'], text?.text ?? '');
  return ns.sh(LIST);
}

describe.each(['goto', 'mark'] as const)('a ruleset that passes by %s', (pass) => {
  // `everything` nests deeper with `goto` than the kernel follows: its tiers apart are fine.
  const render = (policy: ReturnType<typeof everything>) =>
    createLowering({
      log: 'log',
      capabilities: { ...DEFAULT_CAPABILITIES, pass: pass === 'goto' ? 'auto' : pass },
    })(buildProgram(policy));

  it('loads twice, as text and as JSON, and its listing loads again', async () => {
    await inNamespace(async (ns) => {
      const ruleset = render(everything());
      const first = await load(ns, ruleset);
      expect(await load(ns, ruleset)).toBe(first);
      const json = printRuleset(ruleset, { json: true })[1]?.text ?? '';
      // For JSON nft opens /dev/stdin anew, which a socket does not allow.
      await ns.sh(['sh', '-c', 'cat | nft -j -f -'], json);
      expect(await ns.sh(LIST)).toBe(first);
      await ns.sh(['nft', '-f', '-'], `flush ruleset\n${first}`);
      expect(await ns.sh(LIST)).toBe(first);
    });
  });

  it('loads whatever the policies', async () => {
    await inNamespace(async (ns) => {
      for (const policy of [...fc.sample(arbitraryPolicy, 15), ...fc.sample(arbitraryHostPolicy, 15)])
        expect(await load(ns, render(policy))).toContain('table inet tortie');
    });
  });
});

describe('what the host sends and DNAT changes', () => {
  it('is judged with its new destination and out-interface', async () => {
    const allow = (...nets: string[]) => ({ egress: [{ action: 'allow' as const, destination: { nets } }] });
    const policy = nodePolicy(
      {},
      {
        hosts: {
          one: {
            interfaceName: 'one',
            lists: { normal: { t: { policies: { one: allow('192.0.2.0/24') } } } },
          },
          two: {
            interfaceName: 'two',
            lists: { normal: { t: { policies: { two: allow('10.2.0.2/32') } } } },
          },
        },
      },
    );
    const nat = `table ip nat { chain output { type nat hook output priority -100;
      ip daddr 192.0.2.1 dnat to 10.2.0.2; ip daddr 192.0.2.2 dnat to 10.2.0.3; }; }`;
    await inNamespace(async (ns) => {
      // Or the namespace sends multicast reports of its own, now and then, that are denied and counted.
      await ns.sh([
        'sh',
        '-c',
        'for f in all default; do echo 1 > /proc/sys/net/ipv6/conf/$f/disable_ipv6; done',
      ]);
      for (const [name, address] of [
        ['one', '10.1.0.1/24'],
        ['two', '10.2.0.1/24'],
      ] as const) {
        await ns.sh(['ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}-peer`]);
        await ns.sh(['ip', 'link', 'set', `${name}-peer`, 'up']);
        await ns.sh(['ip', 'addr', 'add', address, 'dev', name]);
        await ns.sh(['ip', 'link', 'set', name, 'up']);
      }
      await ns.sh(['ip', 'route', 'add', '192.0.2.0/24', 'dev', 'one']);
      await ns.sh(['nft', '-f', '-'], nat);
      await ns.sh(['nft', '-f', '-'], printRuleset(createRenderer('nftables').render(policy))[0]?.text ?? '');
      const send = (to: string) => ns.sh(['bash', '-c', `echo x > /dev/udp/${to}/9 || true`]);
      await send('192.0.2.1');
      await send('192.0.2.2');
      await send('192.0.2.3');
      const chains = await ns.sh(['nft', 'list', 'table', 'inet', 'tortie']);
      const packets = (rule: RegExp) => rule.exec(chains)?.[1];
      expect({
        allowedBehindDnat: packets(/ip daddr 10\.2\.0\.2 counter packets (\d+)/),
        allowedWithout: packets(/ip daddr 192\.0\.2\.0\/24 counter packets (\d+)/),
        deniedBehindDnat: packets(
          /chain host-egress\/two \{[^}]*counter packets (\d+) bytes \d+ drop comment "end/,
        ),
        deniedWithout: packets(
          /chain host-egress\/one \{[^}]*counter packets (\d+) bytes \d+ drop comment "end/,
        ),
      }).toEqual({ allowedBehindDnat: '1', allowedWithout: '1', deniedBehindDnat: '1', deniedWithout: '0' });
    });
  });
});

describe('limits', () => {
  it('are those of the kernel: 15 edges load, and our check refuses what the kernel refuses', async () => {
    const tiers = Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [
        `t${i}`,
        { policies: { [`p${i}`]: { ingress: [{ action: 'pass' as const }] } } },
      ]),
    );
    const policy = nodePolicy({ a: { tiers } });
    const deep = createRenderer('nftables', { capabilities: { pass: 'goto' } });
    expect(() => deep.render(policy)).toThrow('nested');
    const lowered = createLowering({ log: 'log', capabilities: { ...DEFAULT_CAPABILITIES, pass: 'goto' } })(
      buildProgram(policy),
    );
    await inNamespace(async (ns) => {
      await expect(load(ns, lowered)).rejects.toThrow('Too many links');
      await load(ns, createRenderer('nftables').render(policy));
    });
  });

  it('names and comments as long as ours get are taken', async () => {
    const long = (text: string) => text.repeat(60).slice(0, 220);
    const p = {
      ingress: [{ action: 'log' as const, annotations: [['k', long('v"')]] as const, source: { sets: [] } }],
    };
    const policy = nodePolicy(
      {
        a: {
          interfaceName: 'cali-0123456789',
          tiers: { [long('tier')]: { policies: { [long('name')]: p } } },
        },
      },
      { config: { logPrefix: long('%t ') } },
    );
    await inNamespace(async (ns) => {
      expect(await load(ns, createRenderer('nftables').render(policy))).toContain('log prefix');
    });
  });
});

describe('the pieces of the printer', () => {
  it('lead from one ruleset to another in one transaction', async () => {
    const [one, two] = fc
      .sample(arbitraryPolicy, { numRuns: 2, seed: 7 })
      .map((policy) => createRenderer('nftables', { capabilities: { pass: 'mark' } }).render(policy));
    if (one === undefined || two === undefined) throw new Error('no samples');
    await inNamespace(async (ns) => {
      const wanted = sorted(await load(ns, two));
      await load(ns, one);
      await ns.sh(['nft', '-f', '-'], change(one, two));
      expect(sorted(await ns.sh(LIST))).toEqual(wanted);
    });
  });
});

/** Everything anew, nothing skipped: what src/plan does for the part that changed. */
function change(from: NftRuleset, to: NftRuleset): string {
  const lines = [...to.sets.values()].filter((set) => !from.sets.has(set.name)).map(nft.printSet);
  lines.push(...[...to.maps.values()].filter((map) => !from.maps.has(map.name)).map(nft.printMap));
  lines.push(...[...to.chains.values()].filter((chain) => !from.chains.has(chain.name)).map(nft.printChain));
  for (const chain of from.chains.keys()) lines.push(nft.printFlush(chain));
  for (const map of from.maps.values()) {
    lines.push(
      ...nft.printElements(
        'delete',
        map.name,
        [...map.elements.keys()].map((key) => nft.keyText(map.type, key)),
      ),
    );
  }
  for (const set of from.sets.values())
    lines.push(...nft.printElements('delete', set.name, nft.setElements(set)));
  for (const set of to.sets.values()) lines.push(...nft.printElements('add', set.name, nft.setElements(set)));
  for (const chain of to.chains.values()) lines.push(...nft.printRules(chain));
  for (const map of to.maps.values()) lines.push(...nft.printElements('add', map.name, nft.mapElements(map)));
  for (const kind of ['chain', 'map', 'set'] as const) {
    const [old, kept] = {
      chain: [from.chains, to.chains],
      map: [from.maps, to.maps],
      set: [from.sets, to.sets],
    }[kind];
    lines.push(
      ...[...old!.keys()].filter((name) => !kept!.has(name)).map((name) => nft.printDelete(kind, name)),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** nft lists objects in the order of their making. */
function sorted(listing: string): string[] {
  return listing
    .split('\n')
    .map((line) => line.trim())
    .sort();
}
