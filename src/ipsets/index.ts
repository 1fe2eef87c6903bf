// The room's public face: IP sets as values (names, types, members, differences) and the text of `ipset restore` and
// `ipset save`. Pure: runs no command.
export { buildIpset, netIpsetName, portIpset } from './build.ts';
export { type IpsetDelta, ipsetDelta, sameShape } from './delta.ts';
export { IPSET_NAME_MAX, IPSET_PREFIX, ipsetName, isOurIpset, scratchName } from './name.ts';
export { type ObservedIpset, parseIpsetSave } from './parse.ts';
export {
  addLine,
  createLine,
  delLine,
  destroyLine,
  fillLines,
  flushLine,
  newSetLines,
  printIpsets,
  replaceLines,
  swapLine,
} from './print.ts';
export type { Ipset, IpsetType, IpsetUse } from './types.ts';
