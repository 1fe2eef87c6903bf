// The command line as a whole: usage, statuses, colour, version and selectors. Commands on policy have their own files.
import { describe, expect, it } from 'vitest';
import { COMMANDS } from './command.ts';
import { tortie } from './testing.ts';

const NAMES = COMMANDS.map(({ name }) => name);

describe('usage', () => {
  it('--help names every command and the exit statuses', async () => {
    const { status, stdout, stderr } = await tortie(['--help']);
    expect([status, stderr]).toEqual([0, '']);
    for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect(stdout).toContain('Exit status: 0 fine, 1 a difference or finding, 2 an error.');
  });

  it.each(NAMES)('%s --help', async (name) => {
    const { status, stdout, stderr } = await tortie([name, '--help']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: tortie ${name}`);
    expect(await tortie(['help', name])).toEqual({ status, stdout, stderr });
  });

  const parents = ['datastore', 'selector'];
  const leaves = NAMES.filter((name) => !parents.includes(name));
  it.each([...leaves, 'datastore export', 'datastore import', 'selector check', 'selector match'])(
    '%s --help tells the exit statuses',
    async (words) => {
      expect((await tortie([...words.split(' '), '--help'])).stdout).toMatch(/^Exit status: 0 /m);
    },
  );

  it.each([
    [[], 'Usage:'],
    [['rendr'], '(Did you mean render?)'],
    [['render'], 'nothing to read'],
    [['render', '-f', 'x', '--datastore', 'etcd'], '-f and --datastore etcd exclude each other'],
    [['plan', '--datastore', 'zookeeper'], 'Allowed choices are etcd, etcdv3, kubernetes, file'],
    [['render', '-f', 'x', '--nod', 'y'], '(Did you mean --node?)'],
    [['render', '-f'], 'argument missing'],
    [['render', '-f', 'x', '--dataplane', 'ipfw'], 'Allowed choices are nftables, iptables'],
    [['render', '-f', 'x', '--max-file-size', 'much'], 'write a number of bytes'],
    [
      ['explain', '-f', 'x', '--from', 'a', '--to', 'b', '--port', '70000'],
      'write a whole number from 0 to 65535',
    ],
    [['version', 'extra'], 'too many arguments'],
    [['--color', 'pink', 'version'], 'Allowed choices are auto, always, never'],
    [['selector'], 'Usage:'],
    [['diff', 'old'], "missing required argument 'new'"],
  ])('%j is an error of usage: status 2, on standard error', async (argv, message) => {
    const { status, stdout, stderr } = await tortie(argv);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('version', () => {
  it('is that of the package', async () => {
    expect((await tortie(['version'])).stdout).toMatch(/^tortie \d+\.\d+\.\d+ \(Node v/);
    expect((await tortie(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(JSON.parse((await tortie(['version', '-o=json'])).stdout)).toMatchObject({
      apiVersion: 'tortie.dev/v1',
      kind: 'Version',
    });
  });
});

describe('selector check', () => {
  it('prints canonical text, id and labels', async () => {
    const { status, stdout } = await tortie([
      'selector',
      'check',
      '  a in {"y","x", "x"}&&has( b ) || c contains "z"',
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain('canonical  ((a in {"x", "y"} && has(b)) || c contains "z")');
    expect(stdout).toMatch(/id {9}s:[\w-]{38}\n/);
    expect(stdout).toContain('  a  the values "x", "y"\n  b  its presence\n  c  contains "z"\n');
  });

  it('prints them as JSON', async () => {
    const { stdout } = await tortie(['selector', 'check', 'constructor == "x"', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'Selector',
      canonical: 'constructor == "x"',
      labels: [{ label: 'constructor', presence: false, values: ['x'], substrings: [] }],
    });
  });

  it('says where a selector is wrong', async () => {
    const { status, stdout, stderr } = await tortie(['selector', 'check', 'a == b']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/error\[selector\/syntax\][\s\S]*--> selector:1:6[\s\S]*a == b\n[\s|]*\^/);
  });
});

describe('selector match', () => {
  it.each([
    [['a == "x"', 'a=x'], 0, 'match\n'],
    [['a == "x"', 'a=y'], 1, 'no match\n'],
    [['!has(a)'], 0, 'match\n'],
    [['has(constructor)'], 1, 'no match\n'],
    [['a == "x=y"', 'a=x=y'], 0, 'match\n'],
    [['a == ""', 'a='], 0, 'match\n'],
  ])('%j', async (args, status, stdout) => {
    expect(await tortie(['selector', 'match', ...args])).toEqual({ status, stdout, stderr: '' });
  });

  it.each([[['a ==', 'a=x']], [['all()', 'a']], [['all()', '=x']]])('%j is an error', async (args) => {
    const { status, stdout, stderr } = await tortie(['selector', 'match', ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error\[/);
  });

  it('prints JSON', async () => {
    const { status, stdout } = await tortie(['selector', 'match', 'a == "x"', 'a=y', '-o', 'json']);
    expect([status, JSON.parse(stdout)]).toMatchObject([1, { kind: 'SelectorMatch', matches: false }]);
  });
});

describe('colour', () => {
  const colored = async (argv: string[], setting: Parameters<typeof tortie>[1]) => {
    const { stderr } = await tortie([...argv, 'selector', 'check', 'a =='], setting);
    return stderr.includes('\u001B[');
  };

  it.each([
    ['no terminal', [], {}, false],
    ['a terminal', [], { tty: true }, true],
    ['a dumb terminal', [], { tty: true, env: { TERM: 'dumb' } }, false],
    ['NO_COLOR', [], { tty: true, env: { NO_COLOR: '1' } }, false],
    ['an empty NO_COLOR', [], { tty: true, env: { NO_COLOR: '' } }, true],
    ['FORCE_COLOR', [], { env: { FORCE_COLOR: '1' } }, true],
    ['FORCE_COLOR=0', [], { tty: true, env: { FORCE_COLOR: '0' } }, false],
    ['CLICOLOR_FORCE', [], { env: { CLICOLOR_FORCE: '1' } }, true],
    ['--color=always', ['--color=always'], { env: { NO_COLOR: '1' } }, true],
    ['--color never', ['--color', 'never'], { tty: true }, false],
  ] as const)('%s', async (_name, argv, setting, expected) => {
    expect(await colored([...argv], setting)).toBe(expected);
  });
});
