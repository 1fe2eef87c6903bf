// The oracle's own idea of a network: family, leading bits.
import { type Family, parsePrefix } from '../../src/net/index.ts';

export interface Block {
  readonly family: Family;
  readonly bits: bigint;
  readonly shift: bigint;
}

const known = new Map<string, Block | undefined>();

export function block(text: string): Block | undefined {
  if (!known.has(text)) known.set(text, read(text));
  return known.get(text);
}

function read(text: string): Block | undefined {
  const prefix = parsePrefix(text)?.prefix;
  return (
    prefix && {
      family: prefix.family,
      bits: prefix.bits,
      shift: BigInt((prefix.family === 4 ? 32 : 128) - prefix.length),
    }
  );
}

export function inBlock(one: Block, family: Family, bits: bigint): boolean {
  return one.family === family && one.bits >> one.shift === bits >> one.shift;
}
