// Writes nft.schema.json from the built schema; `--check` only says whether it is fresh.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { schema } from '../dist/index.js';

const file = new URL('../nft.schema.json', import.meta.url);
const text = `${JSON.stringify(schema, null, 1)}\n`;
if (existsSync(file) && readFileSync(file, 'utf8') === text) process.exit(0);
if (process.argv.includes('--check')) {
  console.error('nft.schema.json is stale: npm run build:schema');
  process.exit(1);
}
writeFileSync(file, text);
