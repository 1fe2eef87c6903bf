import { describe, expect, it } from 'vitest';
import { changesBetween } from './changes.ts';
import { planNft } from './nft.ts';
import { printCommands, printHuman } from './print-human.ts';
import { printJson } from './print-json.ts';
import type { Locate } from './print-shared.ts';
import { printUnified } from './print-unified.ts';
import { chainOf, nftRuleset, policyRules } from './testing.ts';

const WEB = 'NetworkPolicy/prod/web';
const web = (...texts: string[]) => chainOf('policy-web', policyRules(WEB, texts), WEB);
const set = (...elements: string[]) => ({
  name: 's1',
  type: 'ipv4_addr',
  interval: false,
  elements,
  description: 'role == "db"',
});
const numbers = Array.from({ length: 812 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
const older = nftRuleset({
  chains: [web('tcp dport 80 accept', 'drop'), chainOf('gone', [{ text: 'drop' }])],
  sets: [set('9.9.9.9')],
});
const newer = nftRuleset({
  chains: [
    web('tcp dport 80 accept', 'tcp dport 443 accept', 'drop'),
    chainOf('fresh', [{ text: 'accept' }]),
  ],
  sets: [set(...numbers)],
});
const changes = changesBetween(older, newer);
const locate: Locate = ({ rule }) => (rule?.endsWith('/1') ? { file: 'prod.yaml', line: 14 } : undefined);

describe('printHuman', () => {
  it('shows what changes, why, and how much', () => {
    expect(printHuman(changes, { locate })).toBe(`~ policy NetworkPolicy/prod/web ingress  [policy-web]
    + tcp dport 443 accept   # because NetworkPolicy/prod/web ingress rule 2 (prod.yaml:14)

+ chain fresh
    + accept

- chain gone
    - drop

~ set role == "db"  [s1]
    - 1 member: 9.9.9.9
    + 812 members (first 10 shown): ${numbers.slice(0, 10).join(', ')}

Plan: 2 to add, 1 to change, 1 to remove.
`);
  });
  it('says that nothing changes', () => {
    expect(printHuman([])).toBe('No changes. The node matches the policy.\n');
  });
  it('colours when asked', () => {
    expect(printHuman(changes, { color: true })).toContain('\u001b[32m+ chain fresh\u001b[39m');
    expect(printHuman(changes, { paint: (action, line) => `<${action}>${line}` })).toContain(
      '<remove>- chain gone',
    );
  });
});

describe('printUnified', () => {
  it('has one file for each chain and set', () => {
    const text = printUnified(
      changes.filter((c) => c.subject !== 's1'),
      { from: 'a', to: 'b' },
    );
    expect(text).toBe(`--- a/policy-web
+++ b/policy-web
@@ -0,0 +1,1 @@ policy NetworkPolicy/prod/web ingress
+tcp dport 443 accept
--- /dev/null
+++ b/fresh
@@ -0,0 +1,1 @@ chain fresh
+accept
--- a/gone
+++ /dev/null
@@ -1,1 +0,0 @@ chain gone
-drop
`);
    expect(printUnified([])).toBe('');
  });
});

describe('printJson', () => {
  it('is versioned, and complete where people get a short form', () => {
    const document = JSON.parse(printJson({ changes, problems: [] }, { locate }));
    expect(document).toMatchObject({
      apiVersion: 'tortie.dev/v1',
      kind: 'Diff',
      summary: { add: 2, change: 1, remove: 1 },
    });
    expect(document.changes.find((c: { subject: string }) => c.subject === 's1').added).toHaveLength(812);
    expect(JSON.stringify(document)).toContain('"place":"prod.yaml:14"');
  });
  it('of a plan holds the commands with their input', () => {
    const document = JSON.parse(printJson(planNft(older, newer), { pretty: false }));
    expect(document.kind).toBe('Plan');
    expect(document.commands).toMatchObject([
      { argv: ['nft', '-f', '-'], stdin: expect.stringContaining('flush chain') },
    ]);
  });
});

describe('printCommands', () => {
  it('shows exactly what would run', () => {
    const text = printCommands(
      planNft(undefined, nftRuleset({ chains: [chainOf('a', [{ text: 'drop' }])] })),
    );
    expect(text.replace(/t:[\w-]{16}/, 't:#')).toBe(`# would run:
# the whole change in one transaction
nft -f - <<'END'
add table inet tortie
add chain inet tortie a
add rule inet tortie a drop comment "t:#"
END
`);
  });
});
