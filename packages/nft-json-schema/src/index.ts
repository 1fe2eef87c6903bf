// JSON Schema, types and validate() for the JSON of nftables. See README.md for what nft really prints.
export { schema } from './schema.ts';
export { type Issue, validate } from './validate.ts';
export type * from './types.ts';

/** The oldest and the newest nft whose JSON the tests hold the schema to. */
export const SUPPORTED = { nft: '1.0.6 – 1.1.3' } as const;
