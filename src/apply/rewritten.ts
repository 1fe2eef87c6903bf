// Which chains a plan writes anew, so that their counters begin at zero.
import type { Plan } from '../plan/types.ts';

/** Keys as in a record: `chain X` or `filter/v4 X`. */
export function rewrittenChains(plan: Plan | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { argv, stdin } of plan?.commands ?? []) {
    const [tool = ''] = argv;
    if (tool === 'nft') for (const name of nftChains(stdin)) found.add(`chain ${name}`);
    else if (tool !== 'ipset') {
      const family = tool.startsWith('ip6') ? 6 : 4;
      for (const key of saveChains(stdin)) found.add(key.replace('/', `/v${family} `));
    }
  }
  return found;
}

function nftChains(script: string): string[] {
  const lines = script.matchAll(/^(?:add|flush) (?:chain|rule) inet tortie (\S+)/gm);
  return [...lines].map(([, name = '']) => name.replace(/^"|"$/g, ''));
}

/** As `table/chain`. */
function saveChains(script: string): string[] {
  let table = '';
  return script.split('\n').flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1);
    const chain = /^:(\S+)/.exec(line)?.[1];
    return chain === undefined ? [] : [`${table}/${chain}`];
  });
}
