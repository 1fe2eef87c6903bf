// Two nft rulesets → one transaction. Its order is what the kernel demands: what is new is declared, then every chain
// that changes or goes is emptied so that nothing refers to anything old, then elements are deleted and added (an
// element cannot take a new value, nor an interval the place of another, before the old one is gone), rules are added,
// and at last goes what is no longer wanted.
// Only a base chain that goes is deleted in a second one. Until the kernel has unhooked it, a chain which the same
// transaction deletes judges by the rules it had, but by maps and sets as they are now: what its map has lost already, it
// drops. Emptied, it is as if it were gone, and is so at the same moment as everything else.
import { nft, type NftMap, type NftRuleset, type NftSet } from '../render/index.ts';
import { changesBetween } from './changes.ts';
import { isEmpty, mapDelta, memberDelta, sameBase, sameRules } from './delta.ts';
import { chainOrigin, planOf, type Script, script } from './script.ts';
import type { Command, LineOrigin, Plan } from './types.ts';

export const NFT_COMMAND = ['nft', '-f', '-'] as const;
const TABLE = 'inet tortie';
const EMPTY: NftRuleset = { dialect: 'nftables', sets: new Map(), maps: new Map(), chains: new Map() };

export interface NftPlanOptions {
  /** `wanted` as the tool prints it, to show rules against rules as the kernel prints them. */
  readonly shown?: NftRuleset;
  /** Replace the whole table, whatever it holds. */
  readonly replace?: boolean;
}

/** `observed`: what the kernel holds or was given last; undefined: there is no table. */
export function planNft(
  observed: NftRuleset | undefined,
  wanted: NftRuleset,
  options: NftPlanOptions = {},
): Plan {
  const text = script();
  const replace = options.replace === true || (observed !== undefined && reshaped(observed, wanted));
  if (!observed || replace) text.add(`add table ${TABLE}`);
  if (replace) text.addAll([`delete table ${TABLE}`, `add table ${TABLE}`]);
  const older = replace || !observed ? EMPTY : observed;
  writeChanges(text, older, wanted);
  const commands = [
    ...(text.size === 0 ? [] : [text.command(NFT_COMMAND, 'the whole change in one transaction')]),
    ...unhooked(older, wanted),
  ];
  return planOf({ prepare: [], tests: [], commands }, () =>
    changesBetween(observed, options.shown ?? wanted),
  );
}

/** A set or map cannot change its type while rules refer to it; this is rare enough to begin anew, still at once. */
function reshaped(older: NftRuleset, newer: NftRuleset): boolean {
  const set = (a: NftSet, b: NftSet) => a.type === b.type && a.interval === b.interval;
  const map = (a: NftMap, b: NftMap) => a.type === b.type;
  return (
    mapDelta(older.sets, newer.sets, set).changed.length > 0 ||
    mapDelta(older.maps, newer.maps, map).changed.length > 0
  );
}

function writeChanges(text: Script, older: NftRuleset, newer: NftRuleset): void {
  const sets = mapDelta(older.sets, newer.sets, (a, b) => a.elements === b.elements);
  const maps = mapDelta(older.maps, newer.maps, (a, b) => a.elements === b.elements);
  const chains = mapDelta(older.chains, newer.chains, (a, b) => sameRules(a, b) && sameBase(a, b));
  const rebased = chains.changed.filter(({ before, after }) => !sameBase(before, after));

  for (const set of sets.added) text.add(nft.printSet(set), setOrigin(set));
  for (const map of maps.added) text.add(nft.printMap(map));
  for (const chain of chains.added) text.add(nft.printChain(chain), chainOrigin(chain));

  for (const chain of chains.removed) text.add(nft.printFlush(chain.name));
  for (const { after } of chains.changed) text.add(nft.printFlush(after.name), chainOrigin(after));
  for (const { after } of rebased) {
    text.add(nft.printDelete('chain', after.name), chainOrigin(after));
    text.add(nft.printChain(after), chainOrigin(after));
  }

  for (const { before, after } of sets.changed) writeMembers(text, before, after);
  for (const set of sets.added) addElements(text, set, set.elements);
  for (const { before, after } of maps.changed) deleteOldEdges(text, before, after);

  for (const chain of chains.added) text.addRules(nft.printRules(chain), chain);
  for (const { after } of chains.changed) text.addRules(nft.printRules(after), after);

  for (const { before, after } of maps.changed) addNewEdges(text, before.elements, after);
  for (const map of maps.added) addNewEdges(text, new Map(), map);

  for (const map of maps.removed) text.add(nft.printDelete('map', map.name));
  for (const chain of chains.removed) if (!chain.base) text.add(nft.printDelete('chain', chain.name));
  for (const set of sets.removed) text.add(nft.printDelete('set', set.name));
}

/** Takes out of the kernel's hooks what the transaction has emptied; nobody is harmed when that fails. */
function unhooked(older: NftRuleset, newer: NftRuleset): Command[] {
  const text = script();
  for (const { name, base } of older.chains.values())
    if (base && !newer.chains.has(name)) text.add(nft.printDelete('chain', name));
  return text.size === 0 ? [] : [text.command(NFT_COMMAND, 'remove unused base chains', { mayFail: true })];
}

function writeMembers(text: Script, before: NftSet, after: NftSet): void {
  const delta = memberDelta(before.elements, after.elements);
  if (isEmpty(delta)) return;
  const gone = nft.setElements({ type: after.type, elements: delta.removed });
  text.addAll(nft.printElements('delete', after.name, gone), setOrigin(after));
  addElements(text, after, delta.added);
}

function addElements(text: Script, set: NftSet, elements: readonly string[]): void {
  const printed = nft.setElements({ type: set.type, elements });
  text.addAll(nft.printElements('add', set.name, printed), setOrigin(set));
}

function deleteOldEdges(text: Script, before: NftMap, after: NftMap): void {
  const gone = [...before.elements].filter(([key, verdict]) => after.elements.get(key) !== verdict);
  const keys = gone.map(([key]) => nft.keyText(before.type, key));
  text.addAll(nft.printElements('delete', after.name, keys));
}

function addNewEdges(text: Script, before: ReadonlyMap<string, string>, after: NftMap): void {
  const fresh = new Map([...after.elements].filter(([key, verdict]) => before.get(key) !== verdict));
  text.addAll(nft.printElements('add', after.name, nft.mapElements({ type: after.type, elements: fresh })));
}

function setOrigin(set: NftSet): LineOrigin {
  return set.cause === undefined ? {} : { resource: set.cause };
}
