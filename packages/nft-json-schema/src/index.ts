// JSON Schema, types and validate() for the JSON of nftables. See README.md for what nft really prints.
export { schema } from './schema.ts';
export { type Issue, validate } from './validate.ts';
export type * from './types.ts';

/** nft versions whose input and output the schema is held to by tests. */
export const SUPPORTED = { nft: '1.0.1 – 1.1.x' } as const;
