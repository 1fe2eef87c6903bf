import { afterAll, describe, expect, it } from 'vitest';
import { ENDPOINTS, folder, policy, REMOTE, tortie } from '../testing.ts';

const files = folder({
  'in/endpoints.yaml': ENDPOINTS,
  'in/remote.yaml': REMOTE,
  'in/policy.yaml': policy(5432),
  'hostile/endpoints.yaml': ENDPOINTS,
  'hostile/policy.yaml': policy(5432).replace("app == 'web'", String.raw`"app == \"\e[31m\""`),
  'hosts/host.yaml': [
    'apiVersion: projectcalico.org/v3',
    'kind: HostEndpoint',
    'metadata: {name: uplink, labels: {role: host}}',
    'spec: {node: n1, interfaceName: eth0}',
    '---',
    'apiVersion: projectcalico.org/v3',
    'kind: GlobalNetworkPolicy',
    'metadata: {name: shut}',
    "spec: {selector: role == 'host', applyOnForward: true, preDNAT: true, types: [Ingress], ingress: [{action: Allow}]}",
    '',
  ].join('\n'),
  'pools/endpoints.yaml': ENDPOINTS,
  'pools/pools.yaml': [
    'apiVersion: projectcalico.org/v3',
    'kind: IPPool',
    'metadata: {name: apps}',
    'spec: {cidr: 10.0.0.0/16, natOutgoing: true}',
    '---',
    'apiVersion: projectcalico.org/v3',
    'kind: FelixConfiguration',
    'metadata: {name: default}',
    'spec: {natPortRange: "40000:50000"}',
    '---',
    'apiVersion: projectcalico.org/v3',
    'kind: FelixConfiguration',
    'metadata: {name: node.n2}',
    'spec: {natOutgoingAddress: 192.0.2.7}',
    '',
  ].join('\n'),
  'pools/remote.yaml': REMOTE,
  'host.json': '{"interfaces":[{"name":"eth0","addresses":["192.168.0.1"]}]}',
});
afterAll(() => files.remove());
const explain = (...argv: string[]) => tortie(['explain', '-f', files.path('in'), ...argv]);
const short = (text: string) => text.replaceAll(files.path('in/'), '');

describe('explain', () => {
  it('shows every tier, policy and rule, the condition that failed, and what decided', async () => {
    const { status, stdout, stderr } = await explain(
      '--from',
      'prod/web',
      '--to',
      'prod/db',
      '--port',
      '5432',
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(short(stdout)).toBe(`ALLOW  prod/web → prod/db  tcp port 5432

node n1  caliweb → calidb  10.0.0.1 → 10.0.0.2
  allow workload-egress of WorkloadEndpoint/prod/n1-k8s-web-eth0 on caliweb
    profile kns.prod  (endpoints.yaml:14)
        ▶ egress rule 1 allow  decides  (endpoints.yaml:15)
  allow workload-ingress of WorkloadEndpoint/prod/n1-k8s-db-eth0 on calidb
    tier default  decides
      NetworkPolicy/prod/db  (policy.yaml:4)
        ▶ ingress rule 1 allow  decides  (policy.yaml:9)

Every stage allows it.
`);
  });

  it('names what denied, and its place', async () => {
    const { status, stdout } = await explain('--from', 'caliweb', '--to', '10.0.0.2', '--port', '22');
    expect(status).toBe(0);
    expect(short(stdout)).toContain('· ingress rule 1 allow  no match: destination.ports  (policy.yaml:9)');
    expect(short(stdout)).toMatch(
      /^DENY .*\n[\s\S]*Denied on n1 by the default action of tier default \(ingress\)\n$/,
    );
  });

  it('judges each end on its own node', async () => {
    const { stdout } = await explain('--from', 'prod/cache', '--to', 'prod/db', '--port', '5432');
    expect(stdout).toMatch(/^node n2 {2}calicache → eth0/m);
    expect(stdout).toMatch(/^node n1 {2}eth0 → calidb/m);
    expect(stdout).toContain('no match: source.selector: ');
  });

  it('prints JSON', async () => {
    const { stdout } = await explain('--from', 'prod/web', '--to', 'prod/db', '--port', '5432', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: 'tortie.dev/v1',
      kind: 'Explanation',
      verdict: 'allow',
      sides: [
        {
          node: 'n1',
          packet: {
            family: 4,
            source: '10.0.0.1',
            destination: '10.0.0.2',
            protocol: 'tcp',
            destinationPort: 5432,
          },
          stages: [
            { stage: 'workload-egress' },
            {
              stage: 'workload-ingress',
              decidedBy: { kind: 'rule', rule: 'NetworkPolicy/prod/db/ingress/0' },
            },
          ],
        },
      ],
      warnings: [],
    });
  });

  it('says with which source a packet leaves, and which pool is the reason', async () => {
    const pools = (...argv: string[]) => tortie(['explain', '-f', files.path('pools'), ...argv]);
    const out = ['--to', '198.51.100.1', '--port', '80'];
    const text = await pools('--from', 'prod/web', ...out);
    expect(text.stdout.replaceAll(files.path('pools/'), '')).toContain(`(endpoints.yaml:15)
  masquerade: leaves from an address of eth0, port 40000 to 50000
    IPPool/apps has natOutgoing  (pools.yaml:3)

Every stage allows it.`);
    const json = async (...argv: string[]) =>
      JSON.parse((await pools(...argv, '-o', 'json')).stdout) as object;
    expect(await json('--from', 'prod/cache', ...out)).toMatchObject({
      sides: [
        {
          masquerade: {
            address: '192.0.2.7',
            interface: 'eth0',
            ports: { first: 40_000, last: 50_000 },
            pools: [{ resource: 'IPPool/apps', place: { file: files.path('pools/pools.yaml'), line: 3 } }],
          },
        },
      ],
    });
    // Within the pools, denied, or of a connection that is known: the source stays.
    for (const argv of [
      ['--from', 'prod/web', '--to', 'prod/cache', '--port', '80'],
      ['--from', 'prod/web', ...out, '--state', 'invalid'],
      ['--from', 'prod/web', ...out, '--state', 'established'],
    ]) {
      const { sides } = (await json(...argv)) as { sides: readonly object[] };
      expect(sides.length).toBeGreaterThan(0);
      expect(sides.filter((side) => 'masquerade' in side)).toEqual([]);
    }
  });

  it('warns that the second node sees another source than the one that is judged', async () => {
    const pools = [
      'explain',
      '-f',
      files.path('pools'),
      '--from',
      'prod/web',
      '--to',
      'host:n2',
      '--port',
      '80',
    ];
    expect((await tortie(pools)).stderr).toContain(
      'n1 gives the packet another source; n2 is judged as if it still came from 10.0.0.1',
    );
  });

  it('knows the host by --host, and warns without it where it matters', async () => {
    const host = ['--host', files.path('host.json'), '--node', 'n1'];
    const own = ['--from', 'prod/web', '--to', '192.168.0.1', '--port', '53', '--proto', 'udp'];
    expect(await explain(...own, ...host)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^DENY [\s\S]*endpoint-to-host/),
    });
    expect(await explain(...own)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^ALLOW/),
      stderr: expect.stringContaining('explain/unknown-host-addresses'),
    });
    expect(await explain('--from', 'host', '--to', 'prod/web', '--port', '80', ...host)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('nothing here judges this packet'),
    });
  });

  it('takes `host` beside an endpoint for the endpoint’s own', async () => {
    const { status, stdout } = await explain('--from', 'host', '--to', 'prod/cache', '--port', '80');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^node n2 {2}this host → calicache/m);
  });

  it('speaks ICMP of the family, with an echo request unless told', async () => {
    expect((await explain('--from', 'prod/web', '--to', 'prod/db', '--proto', 'icmp')).stdout).toMatch(
      /^DENY .* icmp type 8 code 0\n/,
    );
    expect(
      (
        await explain(
          '--from',
          'prod/web',
          '--to',
          'prod/db',
          '--proto',
          '1',
          '--icmp-type',
          '3',
          '--icmp-code',
          '4',
        )
      ).stdout,
    ).toMatch(/icmp type 3 code 4\n/);
  });

  it('shows control characters of a selector, and lets none through', async () => {
    const argv = [
      'explain',
      '-f',
      files.path('hostile'),
      '--from',
      'prod/web',
      '--to',
      'prod/db',
      '--port',
      '5432',
    ];
    const { stdout } = await tortie(argv);
    expect(stdout).toContain('no match: source.selector: ');
    expect(stdout).toContain('\\x1b[31m');
    expect(stdout).not.toContain('\u001B');
  });

  it('lets established traffic through', async () => {
    expect(
      (await explain('--from', 'prod/web', '--to', 'prod/db', '--port', '1', '--state', 'established'))
        .stdout,
    ).toMatch(/^ALLOW/);
  });

  it.each([
    [
      ['--from', 'prod/wb', '--to', 'prod/db', '--port', '1'],
      'no endpoint, interface or address is called prod/wb',
    ],
    [['--from', 'prod/web', '--to', 'prod/db'], 'tcp needs a destination port'],
    [['--from', 'prod/web', '--to', 'prod/db', '--proto', 'icmp', '--port', '1'], 'icmp has no ports'],
    [['--from', 'prod/web', '--to', 'prod/db', '--proto', 'tpc', '--port', '1'], '"tpc" is no protocol'],
    [['--from', 'prod/web', '--to', 'prod/db', '--proto', '256', '--port', '1'], '"256" is no protocol'],
    [
      ['--from', 'prod/web', '--to', 'prod/db', '--port', '1', '--ip-version', '6'],
      'do not both have IPv6 addresses',
    ],
    [['--from', 'host', '--to', '8.8.8.8', '--port', '1'], 'could be any of several nodes'],
    [
      ['--from', 'prod/web', '--to', 'prod/db', '--port', '1', '--host', '/none'],
      'cannot read the host file',
    ],
    [['--to', 'prod/db'], "required option '--from <end>' not specified"],
  ])('%j is an error', async (argv, message) => {
    const { status, stdout, stderr } = await explain(...argv);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('shows the stages of a host endpoint, on a node that has nothing else', async () => {
    const run = (...more: string[]) =>
      tortie(['explain', '-f', files.path('hosts'), '--host', files.path('host.json'), ...more]);
    const flow = ['--from', '8.8.8.8', '--to', 'host', '--port'];
    const { stdout, stderr } = await run(...flow, '80');
    expect(stderr).toBe('');
    expect(stdout.replaceAll(files.path('hosts/'), '')).toBe(`ALLOW  8.8.8.8 → host  tcp port 80

node n1  eth0 → this host  8.8.8.8 → 192.168.0.1
  allow host-pre-dnat of HostEndpoint/uplink on eth0
    tier default  decides
      GlobalNetworkPolicy/shut  (host.yaml:8)
        ▶ ingress rule 1 allow  decides  (host.yaml:9)

Every stage allows it.
`);
    const ssh = await run(...flow, '22');
    expect(ssh.stdout).toContain(
      '  allow host-ingress of HostEndpoint/uplink on eth0\n    allow: a failsafe port',
    );
    const out = await run('--from', 'uplink', '--to', '8.8.8.8', '--port', '80', '-o', 'json');
    expect(JSON.parse(out.stdout)).toMatchObject({
      verdict: 'deny',
      sides: [{ node: 'n1', stages: [{ stage: 'host-egress', endpoint: 'HostEndpoint/uplink' }] }],
    });
    const absent = await run(...flow, '80', '--via', 'eth1');
    expect(absent.stdout).toContain('nothing here judges this packet');
  });
});
