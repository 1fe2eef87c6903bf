// The versions of nft that tests hold the product to: the system's, and a newer one that scripts/lib/nft-versions.mjs
// unpacks beside it. It takes the system's place by the path, so that a shell between us and nft gets it as well.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { OTHER_NFT, otherNft } from '../../scripts/lib/nft-versions.mjs';
import type { Runner } from '../../src/host/index.ts';

export interface NftVersion {
  readonly name: string;
  /** The folder to put before the path; absent for the system's. */
  readonly folder?: string;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const said = execFileSync('nft', ['--version'], { encoding: 'utf8', env: { PATH } });

const systemNft: NftVersion = { name: /v([\d.]+)/.exec(said)?.[1] ?? said.trim() };

/** Absent where it is the system's already, or cannot be had; but CI must have it, and fails without. */
const newerNft: NftVersion | undefined =
  systemNft.name !== OTHER_NFT && (existsSync(otherNft) || process.env['CI'])
    ? { name: OTHER_NFT, folder: dirname(otherNft) }
    : undefined;

/** Oldest first: what one has written, those after it can read. */
export const nftVersions: readonly [NftVersion, ...NftVersion[]] = newerNft
  ? [systemNft, newerNft]
  : [systemNft];

/** The same runner, with `version` as `nft`; what it runs must be able to enter a namespace itself. */
export function withNft(runner: Runner, { name, folder }: NftVersion): Runner {
  if (folder === undefined) return runner;
  if (existsSync(otherNft))
    return { run: (argv, options) => runner.run(['env', `PATH=${folder}:${PATH}`, ...argv], options) };
  const stderr = `nft ${name} is not at ${otherNft}: npm test fetches it, and says why when it cannot`;
  return { run: async () => ({ exitCode: 127, stdout: '', stderr }) };
}
