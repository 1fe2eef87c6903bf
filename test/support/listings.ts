// Everything that the firewall tools list in a namespace, ours and that of others, to compare before and after.
import { SAVES, type TestNamespace } from './namespace.ts';

/** Without what differs from one look to the next: counters, dates, seeds. */
export async function everything({ all }: Pick<TestNamespace, 'all'>): Promise<readonly string[]> {
  const [nft = '', sets = '', ...saves] = await all(['nft -s list ruleset', 'ipset save', ...SAVES]);
  const inOneOrder = sets.split('\n').toSorted().join('\n');
  return [inOrder(nft), ...saves, inOneOrder].map((text) =>
    text
      .replace(/^#.*\n/gm, '')
      .replace(/\[\d+:\d+\]/g, '')
      .replace(/ (?:initval|bucketsize|hashsize) \w+/g, ''),
  );
}

/** nft lists the chains of iptables-nft in the order in which they were made, which iptables-save does not show. */
function inOrder(listing: string): string {
  return listing.replace(/^(table ip6? \w+ \{\n)([^]*?)^\}\n/gm, (_, head: string, body: string) => {
    const chains = body.split(/^(?=\tchain )/m).map((chain) => `${chain.trimEnd()}\n`);
    return `${head}${chains.toSorted().join('')}}\n`;
  });
}

/** iptables-nft leaves the tables and base chains that it made, empty, in the kernel, and they are not ours to remove. */
export function withoutEmptyTables(listings: readonly string[]): string[] {
  return listings.map((text) =>
    text
      .replace(/^\tchain [A-Z]+ \{\n\t\ttype [^\n]*\n\t\}\n/gm, '')
      .replace(/^table ip6? \w+ \{\n\}\n/gm, '')
      .replace(/^\*\w+\n(?::[A-Z]+ \w+ *\n)*COMMIT\n/gm, ''),
  );
}
