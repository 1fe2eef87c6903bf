// The direction of imports between the rooms of src/ (docs/architecture.md): an import points only to an earlier room,
// and the pure rooms import nothing from node: but hashing. Exits 1 with file:line for each breach.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { root } from './lib/run.mjs';

const ROOMS = [
  'errors',
  'net',
  'selector',
  'resources',
  'convert',
  'datastore',
  'client',
  'sync',
  'policy',
  'verdict',
  'ipsets',
  'render',
  'plan',
  'host',
  'apply',
  'agent',
  'ipam',
  'bgp',
  'cli',
];
const IO_ROOMS = new Set(['datastore', 'client', 'sync', 'host', 'apply', 'agent', 'cli']);
const PURE_NODE = new Set(['node:crypto']);

const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((e) => e.isFile() && e.name.endsWith('.ts'))
  .map((e) => join(e.parentPath ?? e.path, e.name));
const roomOf = (file) => {
  const [first, ...rest] = relative(join(root, 'src'), file).split('/');
  return rest.length ? first : undefined;
};

let imports = 0;
const breaches = [];
for (const file of files) {
  const room = roomOf(file);
  if (room === undefined) continue; // src/index.ts, the public face, may see every room
  if (!ROOMS.includes(room)) breaches.push(`${relative(root, file)}: unknown room ${room}`);
  const test = file.endsWith('.test.ts');
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((line, i) => {
      const m =
        /^\s*(?:import|export)\b.*?from\s+'([^']+)'|^\s*}\s*from\s+'([^']+)'|import\('([^']+)'\)/.exec(line);
      const target = m && (m[1] ?? m[2] ?? m[3]);
      if (!target) return;
      imports++;
      const at = `${relative(root, file)}:${i + 1}`;
      if (target.startsWith('node:') && !test && !IO_ROOMS.has(room) && !PURE_NODE.has(target))
        breaches.push(`${at}: ${room} is pure and may not import ${target}`);
      if (target === 'execa' && room !== 'host') breaches.push(`${at}: only src/host may import execa`);
      if (!target.startsWith('.')) return;
      const other = roomOf(resolve(file, '..', target));
      if (other !== undefined && ROOMS.indexOf(other) > ROOMS.indexOf(room))
        breaches.push(`${at}: ${room} may not import from ${other}`);
    });
}
if (imports < 50) breaches.push(`only ${imports} imports seen: this check is not looking at the sources`);
for (const b of breaches) console.error(b);
console.log(`rooms: ${files.length} files, ${imports} imports, ${breaches.length} breaches`);
process.exit(breaches.length ? 1 : 0);
