// docs/compatibility.md has a row for every field of the schemas that concern policy, every selector operator and every
// hook of ours; every row says same, different or absent, and what it names as its proof exists.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SPECS } from '../../src/resources/kinds/index.ts';
import { entityRule } from '../../src/resources/rule/entity-rule.ts';
import { rule } from '../../src/resources/rule/rule.ts';
import { build } from '../../src/selector/ast.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Without the table of kinds, which test/datastore/kind-commands.ts holds. */
const PAGE = readFileSync(`${root}docs/compatibility.md`, 'utf8').replace(
  /<!-- kinds:[\s\S]*?<!-- end -->/,
  '',
);
const GOLDEN = readdirSync(`${root}test/golden`, { withFileTypes: true }).flatMap((e) =>
  e.isDirectory() ? e.name : [],
);

/** Cells of the rows under a heading, without the table's head. */
function rowsOf(heading: string): string[][] {
  const [, after = ''] = PAGE.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const section = after.split(/^#+ /m)[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows
    .filter(
      (row) => !/^\| (?:---|field|action|operator|what|Felix|object)\b/.test(row) && !row.startsWith('| ---'),
    )
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const firsts = (heading: string): string[] => rowsOf(heading).map(([cell = '']) => cell.replaceAll('`', ''));

function fieldsOf(schema: z.ZodType): string[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.keys(json.properties ?? {});
}

const sorted = (names: readonly string[]): string[] => names.toSorted();

describe('a row for each', () => {
  const kinds = Object.entries({
    Rule: rule,
    EntityRule: entityRule,
    Tier: SPECS.Tier,
    NetworkPolicy: SPECS.NetworkPolicy,
    Profile: SPECS.Profile,
    'NetworkSet, GlobalNetworkSet': SPECS.NetworkSet,
    WorkloadEndpoint: SPECS.WorkloadEndpoint,
    HostEndpoint: SPECS.HostEndpoint,
    IPPool: SPECS.IPPool,
    Node: SPECS.Node,
  });

  it.each(kinds)('field of %s', (heading, schema) => {
    expect(sorted(firsts(heading))).toEqual(sorted(fieldsOf(schema)));
  });

  it('field of GlobalNetworkPolicy', () => {
    const all = [...firsts('NetworkPolicy'), ...firsts('GlobalNetworkPolicy')];
    expect(sorted(all)).toEqual(sorted(fieldsOf(SPECS.GlobalNetworkPolicy)));
  });

  it('action and selector operator', () => {
    expect(sorted(firsts('Actions'))).toEqual(sorted(['Allow', 'Deny', 'Log', 'Pass']));
    expect(sorted(firsts('Selectors'))).toEqual(sorted(Object.keys(build)));
  });

  it('hook that a golden file has', () => {
    const printed = GOLDEN.map((name) =>
      readFileSync(`${root}test/golden/${name}/nftables.nft`, 'utf8'),
    ).join('\n');
    const nftables = [...printed.matchAll(/^\tchain ([\w-]+) \{\n\t\ttype /gm)].map(([, name = '']) => name);
    const text = rowsOf('Hooks').flat().join(' ');
    expect(nftables.length).toBeGreaterThan(100);
    expect([...new Set(nftables)].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

it('every row says same, different or absent, why, and what holds it', () => {
  const headings = [...PAGE.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  const rows = headings.flatMap((heading) => rowsOf(heading));
  expect(rows.length).toBeGreaterThan(120);
  const faults = rows.flatMap((cells) => {
    const [what = '', status = '', why = ''] = cells;
    const held = [...(cells.at(-1) ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    const missing = held.filter(
      (name) => name !== 'differential' && !GOLDEN.includes(name) && !existsSync(root + name),
    );
    return [
      ...(/^(same|different|absent)\b/.test(status) ? [] : [`${what}: ${status}`]),
      ...(status === 'different' && why === '' ? [`${what}: no reason`] : []),
      ...(status.startsWith('absent') || held.length > 0 ? [] : [`${what}: no proof`]),
      ...missing.map((name) => `${what}: no ${name}`),
    ];
  });
  expect(faults).toEqual([]);
});
