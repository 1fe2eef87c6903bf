// The room's public face: IP sets as values (names, types, members) and the text of `ipset restore` and `ipset save`.
// Pure: runs no command.
export { buildIpset, netIpsetName, portIpset } from './build.ts';
export { isOurIpset } from './name.ts';
export { type ObservedIpset, parseIpsetSave } from './parse.ts';
export {
  addLine,
  createLine,
  delLine,
  destroyLine,
  newSetLines,
  printIpsets,
  replaceLines,
} from './print.ts';
export { sameShape } from './shape.ts';
export type { Ipset, IpsetUse } from './types.ts';
