// `get`: which objects, in which form. What calicoctl itself prints is in test/etcd/calicoctl.test.ts.
import { describe, expect, it, vi } from 'vitest';
import { closed, expired } from '../../datastore/errors.ts';
import { type Datastore, DatastoreError } from '../../datastore/index.ts';
import { RESOURCE_KINDS } from '../resources/kinds.ts';
import { object, stored, type Stored } from '../resources/testing.ts';
import { folder } from '../testing.ts';

const POLICY = { selector: 'all()', order: 5 };
const filled = () =>
  stored(
    object('NetworkPolicy', 'a', POLICY, { namespace: 'default' }),
    object('NetworkPolicy', 'b', POLICY, { namespace: 'prod', labels: { x: 'y' } }),
    object('IPPool', 'pool', { cidr: '10.0.0.0/16', natOutgoing: true }),
    object('Node', 'n1', { bgp: { ipv4Address: '192.0.2.1/24' } }),
    object('Node', 'n2', { bgp: { ipv4Address: '192.0.2.2/24', asNumber: 65001 } }),
    object('Node', 'n3'),
  );
const lines = (text: string) => text.split('\n').map((line) => line.trimEnd());

describe('which', () => {
  it.each([
    ['get np', ['NAME   TIER', 'a      default', '', '']],
    ['get networkpolicies -n prod', ['NAMESPACE   NAME   TIER', 'prod        b      default', '', '']],
    [
      'get POL -A -o wide',
      [
        'NAMESPACE   NAME   TIER      ORDER   SELECTOR',
        'default     a      default   5       all()',
        'prod        b      default   5       all()',
        '',
        '',
      ],
    ],
    ['get caliconetworkpolicy b -n prod -o name', ['networkpolicy.projectcalico.org/b', '']],
    [
      'get networkpolicies.crd.projectcalico.org b -n prod -o name',
      ['networkpolicy.projectcalico.org/b', ''],
    ],
    [
      'get ippool -o custom-columns=NAME,NAT,CIDR',
      ['NAME   NAT    CIDR', 'pool   true   10.0.0.0/16', '', ''],
    ],
    ['get nodes -o custom-columns=NAME,ASN', ['NAME   ASN', 'n1     (64512)', 'n2     65001', 'n3', '', '']],
    ['get node n1 n2', ['NAME', 'n1', '', 'NAME', 'n2', '', '']],
  ])('%s', async (command, printed) => {
    const { run } = await filled();
    const { status, stdout, stderr } = await run(command);
    expect([status, stderr]).toEqual([0, '']);
    expect(lines(stdout)).toEqual(printed);
  });

  it('the AS number of nodes is that of the default configuration', async () => {
    const { run, store } = await filled();
    await store.create(object('BGPConfiguration', 'default', { asNumber: 64600 }));
    expect((await run('get nodes -o wide')).stdout).toContain('n1     (64600)   192.0.2.1/24');
  });

  it('every kind has a table, by its plural and in any case', async () => {
    const { run } = await filled();
    expect(RESOURCE_KINDS).toHaveLength(22);
    for (const { plural, kind } of RESOURCE_KINDS)
      for (const word of [plural.toUpperCase(), kind])
        for (const form of ['ps', 'wide', 'yaml'])
          expect(await run(`get ${word} -o ${form}`)).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('forms', () => {
  const yaml = async ({ run }: Stored, command: string) => (await run(command)).stdout;

  it('several by name are an array; what belongs to the cluster is left out with --export', async () => {
    const store = await filled();
    expect(await yaml(store, 'get np b -n prod --export -o yaml')).toBe(
      `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  labels:
    projectcalico.org/tier: default
    x: "y"
  name: b
spec:
  order: 5
  selector: all()
  tier: default
  types:
  - Ingress
`,
    );
    const json: unknown = JSON.parse(await yaml(store, 'get node n1 n2 -o json --export'));
    expect(json).toEqual([
      {
        kind: 'Node',
        apiVersion: 'projectcalico.org/v3',
        metadata: { name: 'n1' },
        spec: { bgp: { ipv4Address: '192.0.2.1/24' } },
        status: {},
      },
      {
        kind: 'Node',
        apiVersion: 'projectcalico.org/v3',
        metadata: { name: 'n2' },
        spec: { bgp: { asNumber: 65001, ipv4Address: '192.0.2.2/24' } },
        status: {},
      },
    ]);
  });

  it('all of a kind are a list with its revision, in the order of fields that Calico writes', async () => {
    const store = await filled();
    const text = await yaml(store, 'get ippools -o json');
    const list = JSON.parse(text) as { metadata: { resourceVersion: string }; items: object[] };
    expect(text.startsWith('{\n  "kind": "IPPoolList",\n  "apiVersion"')).toBe(true);
    expect(Object.keys(list.items[0] ?? {})).toEqual(['kind', 'apiVersion', 'metadata', 'spec']);
    expect(list.metadata.resourceVersion).toMatch(/^\d+$/);
  });

  it('nothing from a store reaches the terminal as a control character', async () => {
    const { run, store } = await filled();
    await store.create(object('GlobalNetworkSet', 'evil', { nets: ['\u001b[31m\nrow'] }));
    const { stdout } = await run('get gns -o wide');
    expect(lines(stdout)).toHaveLength(4);
    expect(stdout).not.toContain('\u001b');
  });
});

describe('what is refused', () => {
  it.each([
    ['get', 'failed to get resources: no resources specified\n'],
    ['get foo', "failed to get resources: resource type 'foo' is not supported\n"],
    [
      'get pods',
      "failed to get resources: resource type 'pods' is not supported\nhint: workloadendpoints are ",
    ],
    [
      'get gnp,np',
      "failed to get resources: resource type 'gnp,np' is not supported\nhint: one kind at a time\n",
    ],
    [
      'get np/a',
      "failed to get resources: resource type 'np/a' is not supported\nhint: the name stands behind",
    ],
    [
      'get ippol',
      "failed to get resources: resource type 'ippol' is not supported\nhint: did you mean ippool?\n",
    ],
    ['get ip', "failed to get resources: resource type 'ip' is not supported\n"],
    ['get ipamblocks', "failed to get resources: resource type 'ipamblocks' is not supported\n"],
    ['get -f -', 'failed to get resources: no resources specified in file -\n'],
    ['get np -n a -A', 'cannot use both --namespace and --all-namespaces flags at the same time'],
    ['get np a -A', 'cannot use --all-namespace flag for getting a single resource'],
    ['get ippool -n a', 'IPPool is not namespaced'],
    ['get ippool -o xml', "unrecognized output format 'xml'\nhint: ps, wide, yaml, json, name, "],
    ['get ippool -o custom-columns=', 'need to specify at least one column'],
    ['get ippool -o custom-columns=FOO', 'unknown heading FOO, valid values are: NAME, '],
    ['get ippool -o go-template', 'need to specify a template\n'],
    ['get ippool -o go-template=', 'need to specify a template\n'],
    ['get ippool -o go-template-file=', 'need to specify a template file\n'],
    ['get ippool -o go-template-file=nosuch', 'open nosuch: no such file or directory\n'],
    [
      'get ippool -o jsonpath={.items}',
      "unrecognized output format 'jsonpath={.items}'\nhint: use go-template=…, or -o json with jq\n",
    ],
    ['get ippool -w -o go-template=x', 'a watch cannot be shown with a template'],
    ['get gnp nosuch', 'resource does not exist: GlobalNetworkPolicy(nosuch) with error: <nil>\n'],
    ['get gnp -f x.yaml', 'failed to get resources: a kind and -f exclude each other\n'],
    ['get -f nosuch.yaml', 'failed to execute command: open nosuch.yaml: no such file or directory'],
  ])('%s', async (command, said) => {
    const { run } = await filled();
    const { status, stdout, stderr } = await run(command);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.slice(0, said.length)).toBe(said);
  });

  it('what was found is shown before what was not; with nothing found the value is null', async () => {
    const { run } = await filled();
    const some = await run('get node n1 nosuch n2');
    expect(lines(some.stdout)).toEqual(['NAME', 'n1', '', 'NAME', 'n2', '', '']);
    expect([some.status, some.stderr]).toEqual([
      1,
      'resource does not exist: Node(nosuch) with error: <nil>\n',
    ]);
    expect((await run('get node nosuch -o yaml')).stdout).toBe('null\n');
  });
});

describe('go-template', () => {
  const NODES =
    '{{range .}}{{range .Items}}{{.ObjectMeta.Name}},{{if .Spec.BGP}}{{if .Spec.BGP.ASNumber}}{{.Spec.BGP.ASNumber}}{{else}}({{config "asnumber"}}){{end}}{{end}},{{.Spec.BGP}}\n{{end}}{{end}}';

  it.each([
    [
      ['get', 'nodes'],
      NODES,
      'n1,(64512),map[ipv4Address:192.0.2.1/24]\nn2,65001,map[asNumber:65001 ipv4Address:192.0.2.2/24]\nn3,,<nil>\n',
    ],
    [['get', 'node', 'n1', 'n2'], '{{range .}}{{.Kind}}/{{.metadata.name}} {{end}}', 'Node/n1 Node/n2 '],
    [
      ['get', 'np', '-A'],
      '{{range .}}{{range .items}}{{.Namespace}}/{{.Name}}:{{.Spec.Order}}{{.Spec.Ingress}};{{end}}{{end}}',
      'default/a:5[];prod/b:5[];',
    ],
    [['get', 'profiles'], '{{range .}}{{range .Items}}{{join .Spec.LabelsToApply ","}}{{end}}{{end}}', ''],
    [
      ['get', 'bgpfilter'],
      '{{range .}}{{len .Items}} {{.ListMeta.ResourceVersion | len | lt 0}}{{end}}',
      '0 true',
    ],
    [
      ['get', 'ipamconfig', 'default'],
      '{{range .}}{{.Spec.StrictAffinity}} {{.Spec.MaxBlocksPerHost}}{{end}}',
      'true <no value>',
    ],
  ])('%j %s', async (words, template, printed) => {
    const { run, store } = await filled();
    await store.create(object('IPAMConfiguration', 'default', { strictAffinity: true }));
    const { status, stdout, stderr } = await run([...words, '-o', `go-template=${template}`]);
    expect([status, stdout, stderr]).toEqual([0, printed, '']);
  });

  it('a field that the kind does not have is an error, in whatever objects', async () => {
    const { run } = await filled();
    const words = [
      'get',
      'np',
      '-A',
      '-o',
      'go-template={{range .}}{{range .Items}}{{.Spec.DoNotTrack}}{{end}}{{end}}',
    ];
    const { status, stdout, stderr } = await run(words);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain("can't evaluate field DoNotTrack in type NetworkPolicySpec");
  });

  it('of a file, and what is wrong with it is shown there', async () => {
    const { run } = await filled();
    const files = folder({
      'good.tmpl': '{{range .}}\n{{- range .Items}}{{.Name}};{{end}}\n{{- end}}\n',
      'bad.tmpl': '{{range .}}\n  {{.Item}}\n{{end}}\n',
    });
    expect((await run(`get ippools -o go-template-file=${files.path('good.tmpl')}`)).stdout).toBe('pool;\n');
    const { status, stdout, stderr } = await run(`get ippools -o go-template-file=${files.path('bad.tmpl')}`);
    files.remove();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`error[cli/template]: can't evaluate field Item in type IPPoolList
 --> ${files.path('bad.tmpl')}:2:5
  |
2 |   {{.Item}}
  |     ^^^^^
`);
  });

  it('control characters of a store stay out of a terminal, and are kept for programs', async () => {
    const { run, store } = await filled();
    await store.create(object('GlobalNetworkSet', 'evil', { nets: ['\u001b[31m\nrow'] }));
    const words = ['get', 'gns', 'evil', '-o', 'go-template={{range .}}\t{{index .Spec.Nets 0}}{{end}}'];
    expect((await run(words)).stdout).toBe('\t\u001b[31m\nrow');
    expect((await run(words, { tty: true })).stdout).toBe('\t\\x1b[31m\nrow');
  });
});

describe('--watch', () => {
  it('shows what there is and then what happens, until the store is closed', async () => {
    const { run, store } = await filled();
    const [all, one] = [watched(store, [closing(3)]), watched(store, [closing(2)])];
    const table = run('get ippools -w', { store: all.store });
    const objects = run('get ippool pool -w -o json', { store: one.store });
    await Promise.all([all.opened(1), one.opened(1)]);
    const { value } = await store.get({ kind: 'IPPool', name: 'pool' });
    await store.update({ ...value, spec: { ...(value.spec as object), nodeSelector: 'has(a)' } });
    await store.create(object('IPPool', 'other', { cidr: '10.1.0.0/16' }));
    await store.delete({ kind: 'IPPool', name: 'pool' });
    const { status, stdout } = await table;
    expect(status).toBe(0);
    expect(lines(stdout)).toEqual([
      'EVENT      NAME   CIDR          SELECTOR',
      'ADDED      pool   10.0.0.0/16   all()',
      'MODIFIED   pool   10.0.0.0/16   has(a)',
      'ADDED      other  10.1.0.0/16   all()',
      'DELETED    pool   10.0.0.0/16   has(a)',
      '',
    ]);
    expect((await objects).stdout.match(/"type": "\w+"/g)).toEqual([
      '"type": "ADDED"',
      '"type": "MODIFIED"',
      '"type": "DELETED"',
    ]);
  });

  it('an expired watch is taken up by a new list: what happened meanwhile is told, and nothing else', async () => {
    const { run, store } = await stored(
      ...['a', 'b', 'c', 'd'].map((name) => object('GlobalNetworkSet', name)),
    );
    const pick = (name: string) => store.get({ kind: 'GlobalNetworkSet', name });
    const again = async (name: string, uid: string) => {
      const metadata = { uid, creationTimestamp: '2026-01-01T00:00:00Z' };
      await store.delete({ kind: 'GlobalNetworkSet', name });
      await store.create(object('GlobalNetworkSet', name, {}, metadata));
    };
    const meanwhile = async () => {
      const { value } = await pick('b');
      await store.update({ ...value, spec: { nets: ['10.0.0.0/8'] } });
      await store.delete({ kind: 'GlobalNetworkSet', name: 'c' });
      await store.create(object('GlobalNetworkSet', 'e'));
      await again('d', '11111111-1111-1111-1111-111111111111');
    };
    const faulty = watched(store, [expiring(1, meanwhile), closing(1)]);
    const running = run('get gns -w -o name', { store: faulty.store });
    await faulty.opened(1);
    await store.create(object('GlobalNetworkSet', 'first'));
    await faulty.opened(2);
    await store.delete({ kind: 'GlobalNetworkSet', name: 'a' });
    const { status, stdout, stderr } = await running;
    expect([status, stderr]).toEqual([0, '']);
    const said = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace('globalnetworkset.projectcalico.org/', ''));
    const [at, meant] = [
      'ADDED a|ADDED b|ADDED c|ADDED d|ADDED first',
      'DELETED c|MODIFIED b|DELETED d|ADDED d|ADDED e',
    ];
    expect(said.join('|')).toBe(`${at}|${meant}|DELETED a`);
  });

  it('trouble that passes is told once; what may not be read ends it', async () => {
    const { run, store } = await filled();
    const down = new DatastoreError('datastore/unavailable', 'connection refused');
    const passing = watched(store, [failing(down), failing(down), closing(0)]);
    expect(await run('get node n1 -w -o name', { store: passing.store })).toEqual({
      status: 0,
      stdout: 'ADDED node.projectcalico.org/n1\n',
      stderr: 'connection refused; trying again\n',
    });
    const denied = watched(store, [failing(new DatastoreError('datastore/unauthorized', 'forbidden'))]);
    expect(await run('get node n1 -w -o name', { store: denied.store })).toEqual({
      status: 1,
      stdout: 'ADDED node.projectcalico.org/n1\n',
      stderr: 'forbidden\n',
    });
    const list = async () => {
      throw down;
    };
    expect(await run('get nodes -w', { store: { ...store, list } })).toEqual({
      status: 1,
      stdout: '',
      stderr: 'connection refused\n',
    });
  });
});

interface Fault {
  /** Events until then. */
  readonly after: number;
  readonly error: DatastoreError;
  readonly before?: () => Promise<void>;
}

const closing = (after: number): Fault => ({ after, error: closed() });
const failing = (error: DatastoreError): Fault => ({ after: 0, error });
const expiring = (after: number, before: () => Promise<void>): Fault => ({
  after,
  error: expired('1', '2'),
  before,
});

/** A store whose watches end in these ways, one after the other. */
function watched(store: Datastore, faults: readonly Fault[]) {
  let count = 0;
  async function* some(fault: Fault | undefined, ...asked: Parameters<Datastore['watch']>) {
    let left = fault?.after ?? Infinity;
    if (left > 0)
      for await (const event of store.watch(...asked)) {
        yield event;
        if (--left === 0) break;
      }
    await fault?.before?.();
    if (fault) yield { type: 'error' as const, error: fault.error, final: true };
  }
  const watch: Datastore['watch'] = (...asked) => some(faults[count++], ...asked);
  return {
    store: { ...store, watch },
    opened: (times: number) => vi.waitFor(() => expect(count).toBe(times), { interval: 5, timeout: 10_000 }),
  };
}
