// Chains with the counters of their rules, from the listings of nft and iptables-save.

export interface KernelChain {
  /** As in a record: `chain X` or `filter/v4 X`. */
  readonly key: string;
  /** In the comment of the first rule; empty when there is none. */
  readonly hash: string;
  readonly rules: readonly KernelRule[];
}

export interface KernelRule {
  /** Absent on rules that only lead on to others, so that a packet is counted once. */
  readonly packets?: bigint;
  readonly bytes?: bigint;
  /** Without the hash. */
  readonly comment: string;
}

/** `listing`: what `nft list table inet tortie` prints. */
export function nftChains(listing: string): KernelChain[] {
  const chains = listing.matchAll(/^\tchain (\S+) \{\n([^]*?)^\t\}/gm);
  return [...chains].map(([, name = '', body = '']) => {
    const lines = body.split('\n').filter((line) => line !== '' && !/^\t\ttype \w+ hook /.test(line));
    const comments = lines.map((line) => / comment "([^"]*)"$/.exec(line)?.[1] ?? '');
    const hash = /^t:([\w-]{16})(?= |$)/.exec(comments[0] ?? '')?.[1] ?? '';
    const rules = lines.map((line, i) => {
      const comment = i === 0 ? (comments[i] ?? '').replace(/^t:[\w-]{16} ?/, '') : (comments[i] ?? '');
      const [, packets, bytes] = /(?:^|\s)counter packets (\d+) bytes (\d+)/.exec(line) ?? [];
      return rule(packets, bytes, comment);
    });
    return { key: `chain ${name}`, hash, rules };
  });
}

/** A target that ends the policy rule: what leads to alternatives, or comes back from them, does not count. */
const ENDS = /-g tortie-(?:allow|pass)$|-j (?:ACCEPT|DROP|REJECT|LOG|NFLOG|CONNMARK|NOTRACK|CT)\b/;

/** `save`: what `iptables-save -c` prints. */
export function saveChains(save: string, family: 4 | 6): KernelChain[] {
  const chains = new Map<string, { hash: string; rules: KernelRule[] }>();
  let table = '';
  for (const line of save.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    const declared = /^:(tortie-\S+)/.exec(line)?.[1];
    if (declared !== undefined) chains.set(`${table}/v${family} ${declared}`, { hash: '', rules: [] });
    const [, packets, bytes, chain, text = ''] = /^\[(\d+):(\d+)\] -A (tortie-\S+) ?(.*)$/.exec(line) ?? [];
    const own = chains.get(`${table}/v${family} ${chain}`);
    if (chain === undefined || !own) continue;
    const [, quoted, bare] = /-m comment --comment (?:"([^"]*)"|(\S+))/.exec(text) ?? [];
    const comment = quoted ?? bare ?? '';
    const hash = /^tortie:([\w-]{16})(?= |$)/.exec(comment)?.[1];
    if (own.rules.length === 0) own.hash = hash ?? '';
    const plain = hash === undefined ? comment : comment.slice('tortie:'.length + 17);
    own.rules.push(ENDS.test(text) ? rule(packets, bytes, plain) : rule(undefined, undefined, plain));
  }
  return [...chains].map(([key, { hash, rules }]) => ({ key, hash, rules }));
}

function rule(packets: string | undefined, bytes: string | undefined, comment: string): KernelRule {
  if (packets === undefined || bytes === undefined) return { comment };
  return { packets: BigInt(packets), bytes: BigInt(bytes), comment };
}
