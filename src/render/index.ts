// NodePolicy → program → ruleset → text. Pure: runs no command, reads no clock.
//   createRenderer(dialect, {log?: 'log'|'nflog', capabilities?}): { render(policy: NodePolicy, facts?: HostFacts): Ruleset }
//       keeps caches from NodePolicy objects to chains, so that an unchanged policy costs a look-up
//   checkReferences(ruleset): Problem[]     no jump, goto, map edge or set without a definition; name lengths;
//                                           nesting depth; runs on every ruleset before it leaves this room
//   printRuleset(ruleset, {json?}): {file: string, text: string}[]   nftables: `nftables.nft` (and `nftables.json` on
//       request); iptables: `ipset.restore`, `iptables.v4`, `iptables.v6`: as nft -f, ipset restore and
//       iptables-restore --noflush take them, complete and idempotent (loading twice changes nothing, but for the jump
//       rules of iptables: iptables/print.ts)
//   nft.*                                   the pieces of an nft script, from which a change is composed; those of
//                                           iptables are iptables/print.ts
// Names: length-limited like Calico's, never longer than the dialect allows.
export type * from './program.ts';
export type * from './ruleset.ts';
export { buildProgram } from './build-program.ts';
export { chainHash } from './hash.ts';
export { limitedName } from './names.ts';
export { checkReferences, LIMITS } from './references.ts';
export {
  createRenderer,
  type Dialect,
  type PrintedFile,
  printRuleset,
  type Renderer,
  type RendererOptions,
  type RulesetOf,
} from './renderer.ts';
export * as nft from './nftables/print.ts';
