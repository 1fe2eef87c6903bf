import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { ENDPOINTS, folder, policy, REMOTE, tortie } from '../testing.ts';

const files = folder({
  'one/endpoints.yaml': ENDPOINTS,
  'one/policy.yaml': policy(5432),
  'two/endpoints.yaml': ENDPOINTS,
  'two/remote.yaml': REMOTE,
  'two/policy.yaml': policy(5432),
  'bad/endpoints.yaml': ENDPOINTS,
  'bad/policy.yaml': policy(5432).replace("app == 'web'", 'app == web'),
  'log.yaml': `${ENDPOINTS}---${policy(5432).replace('Allow', 'Log')}`,
  'policy-only.yaml': policy(1),
  'node-only.yaml': `${policy(1)}---\napiVersion: projectcalico.org/v3\nkind: Node\nmetadata: { name: n1 }\n`,
  'host.json': '[{"ifname":"eth0","addr_info":[{"local":"192.168.0.1"}]}]',
});
afterAll(() => files.remove());
const render = (...argv: string[]) => tortie(['render', ...argv]);

describe('render', () => {
  it('prints the ruleset of the only node', async () => {
    const { status, stdout, stderr } = await render('-f', files.path('one'));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('table inet tortie {');
    expect(stdout).toContain('5432');
    expect(await render('-f', files.path('one'), '--node', 'n1')).toMatchObject({ status: 0, stdout });
    expect(await render('-f', files.path('one'), '--host', files.path('host.json'))).toMatchObject({
      status: 0,
      stdout,
    });
  });

  it('wants to know which of several nodes', async () => {
    const { status, stdout, stderr } = await render('-f', files.path('two'));
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('the endpoints are on n1, n2; name one with --node');
    expect(await render('-f', files.path('policy-only.yaml'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no endpoint names a node'),
    });
  });

  it('renders each node for itself', async () => {
    const n2 = await render('-f', files.path('two'), '--node', 'n2');
    expect(n2).toMatchObject({ status: 0, stdout: expect.stringContaining('calicache') });
    expect(n2.stdout).not.toContain('calidb');
  });

  it('warns of a node without endpoints, and renders it', async () => {
    expect(await render('-f', files.path('one'), '--node', 'nx')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('table inet tortie'),
      stderr: expect.stringMatching(/^warning.*no endpoint and no Node is called nx[\s\S]*known: n1/),
    });
  });

  it('renders the only Node there is when there are no endpoints', async () => {
    const { status, stdout, stderr } = await render('-f', files.path('node-only.yaml'));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('table inet tortie');
  });

  it('renders nothing of an input with an error', async () => {
    const { status, stdout, stderr } = await render('-f', files.path('bad'));
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('error[selector/syntax]');
  });

  it('prints nft’s JSON', async () => {
    const { status, stdout } = await render('-f', files.path('one'), '-o', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('nftables');
    expect((await render('-f', files.path('one'), '-o', 'json', '--dataplane', 'iptables')).status).toBe(2);
  });

  it('prints the three parts of iptables under headings', async () => {
    const { stdout } = await render('-f', files.path('one'), '--dataplane', 'iptables');
    expect(stdout.match(/^# ── \S+/gm)).toEqual([
      '# ── ipset.restore',
      '# ── iptables.v4',
      '# ── iptables.v6',
    ]);
    expect(stdout).toContain('*filter');
  });

  it('logs by nflog when asked to', async () => {
    const log = await render('-f', files.path('log.yaml'));
    const nflog = await render('-f', files.path('log.yaml'), '--log-action', 'nflog');
    expect(log.stdout).toMatch(/log prefix/);
    expect(nflog.stdout).toMatch(/log .*group \d/);
    expect(nflog.stdout).not.toBe(log.stdout);
  });
});

describe('render --out and --check', () => {
  it('writes what it would print, and finds it unchanged', async () => {
    const out = files.path('out');
    expect(await render('-f', files.path('one'), '--out', out)).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(readdirSync(out)).toEqual(['nftables.nft']);
    const text = readFileSync(`${out}/nftables.nft`, 'utf8');
    expect((await render('-f', files.path('one'))).stdout).toBe(text);
    expect(await render('-f', files.path('one'), '--check', out)).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('writes the files of iptables', async () => {
    const out = files.path('out-iptables');
    expect((await render('-f', files.path('one'), '--dataplane', 'iptables', '--out', out)).status).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['ipset.restore', 'iptables.v4', 'iptables.v6']);
  });

  it('exits 1 with a unified diff when something differs or is missing', async () => {
    const out = files.path('changed');
    await render('-f', files.path('one'), '--out', out);
    const file = `${out}/nftables.nft`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('5432', '5433'));
    const { status, stdout } = await render('-f', files.path('one'), '--check', out);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^--- .*\/nftables\.nft\n\+\+\+ .*\(rendered\)\n@@ /m);
    expect(stdout).toMatch(/^-.*5433.*\n\+.*5432/m);
    const missing = await render('-f', files.path('one'), '--check', files.path('nowhere'));
    expect(missing).toMatchObject({ status: 1, stdout: expect.stringMatching(/^--- \/dev\/null\n/) });
  });

  it('exits 2 when it cannot write or read there', async () => {
    writeFileSync(files.path('plain'), '');
    expect(await render('-f', files.path('one'), '--out', files.path('plain'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('cannot write'),
    });
    mkdirSync(files.path('odd/nftables.nft'), { recursive: true });
    expect(await render('-f', files.path('one'), '--check', files.path('odd'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('cannot read'),
    });
    expect((await render('-f', files.path('one'), '--out', 'x', '--check', 'x')).status).toBe(2);
  });

  it('leaves what was written before when the input has an error', async () => {
    const out = files.path('kept');
    await render('-f', files.path('one'), '--out', out);
    const before = readFileSync(`${out}/nftables.nft`, 'utf8');
    expect((await render('-f', files.path('bad'), '--out', out)).status).toBe(2);
    expect(readFileSync(`${out}/nftables.nft`, 'utf8')).toBe(before);
  });
});
