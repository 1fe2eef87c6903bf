// A second nft beside the system's: Debian trixie's, with its own libc and loader, unpacked into the user's cache
// folder. Nothing is installed and the system's apt is only read: the sources are the machine's own with the release
// exchanged, the state, lists and archives are private. Needs apt and dpkg-deb, not root. Plain Node, no dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The version that is fetched: a value of the variable TORTIE_NFT. */
export const OTHER_NFT = '1.1.3';
const RELEASE = 'trixie';
/** iptables for its extensions, with which nft shows the rules of iptables-nft. */
const PACKAGES = ['nftables', 'iptables'];

const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tortie', `nft-${OTHER_NFT}`);

/** The program to run as `nft`; it exists once ensureOtherNft() answered no reason. */
export const otherNft = join(folder, 'nft');

/** Fetches what is missing. Answers undefined, or the reason why the version is not to be had here. */
export function ensureOtherNft() {
  if (existsSync(otherNft)) return undefined;
  let work;
  try {
    mkdirSync(join(folder, '..'), { recursive: true });
    work = mkdtempSync(`${folder}.`);
    fetchInto(work);
    renameSync(join(work, 'done'), folder);
    return undefined;
  } catch (error) {
    // Somebody else may have been faster, with the same result.
    return existsSync(otherNft) ? undefined : error.message;
  } finally {
    if (work) rmSync(work, { recursive: true, force: true });
  }
}

function fetchInto(work) {
  for (const d of ['sources', 'state/lists/partial', 'cache/archives/partial', 'done/root'])
    mkdirSync(join(work, d), { recursive: true });
  // With an empty status file apt takes no package of the system for a dependency's fulfilment.
  writeFileSync(join(work, 'state/status'), '');
  const sources = otherSources();
  for (const [file, text] of Object.entries(sources)) writeFileSync(join(work, 'sources', file), text);
  const config = join(work, 'apt.conf');
  writeFileSync(config, aptConfig(work));
  command('apt-get', '-c', config, '-q', '--error-on=any', 'update');
  command('apt-get', '-c', config, '-qy', '--download-only', 'install', ...PACKAGES);
  const archives = join(work, 'cache/archives');
  const done = join(work, 'done');
  for (const file of readdirSync(archives).filter((f) => f.endsWith('.deb')))
    command('dpkg-deb', '-x', join(archives, file), join(done, 'root'));
  const version = command('sh', '-c', `${launch(done, done)} --version`);
  if (!version.includes(`v${OTHER_NFT} `)) throw new Error(`${RELEASE} has another nft: ${version.trim()}`);
  writeFileSync(join(done, 'nft'), `#!/bin/sh\nexec ${launch(done, folder)} "$@"\n`, { mode: 0o755 });
}

/** -c is read after the system's own settings (a proxy, say), and so may undo its hooks. */
function aptConfig(work) {
  return `#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "${work}/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "${work}/state";
Dir::State::lists "${work}/state/lists";
Dir::State::status "${work}/state/status";
Dir::Cache "${work}/cache";
Dir::Log "${work}/cache";
// Another user could not write below a home folder, and does not exist in a user namespace.
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Retries "2";
`;
}

/** The machine's sources of its own release's main archive, for the other release: file name → text. */
function otherSources() {
  const os = readFileSync('/etc/os-release', 'utf8');
  const own = /^VERSION_CODENAME="?([a-z]+)/m.exec(os)?.[1];
  if (!/^ID="?debian"?$/m.test(os) || !own) throw new Error('this is no Debian, whose mirror would have it');
  const parts = readFiles('/etc/apt/sources.list.d');
  const lists = [...readFiles('/etc/apt', /^sources\.list$/), ...parts.filter(([f]) => f.endsWith('.list'))];
  const lines = lists.flatMap(([, text]) => text.split('\n')).flatMap((line) => otherLine(line, own));
  const stanzas = parts
    .filter(([f]) => f.endsWith('.sources'))
    .flatMap(([, text]) => text.split(/\n\s*\n/))
    .flatMap((stanza) => otherStanza(stanza, own));
  if (lines.length + stanzas.length === 0) throw new Error(`no apt source of the machine has ${own} main`);
  return { 'lines.list': `${lines.join('\n')}\n`, 'stanzas.sources': `${stanzas.join('\n\n')}\n` };
}

function readFiles(dir, pattern = /./) {
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir).filter((f) => pattern.test(f));
  return names.sort().map((f) => [f, readFileSync(join(dir, f), 'utf8')]);
}

function otherLine(line, own) {
  const [, options = '', uri, suite, components = ''] =
    /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line) ?? [];
  if (suite !== own || !components.split(/\s+/).includes('main')) return [];
  return [`deb [${options} target=Packages] ${uri} ${RELEASE} main`];
}

function otherStanza(stanza, own) {
  const lines = stanza.split('\n').filter((l) => !l.startsWith('#'));
  const field = (name) => {
    const line = lines.find((l) => l.toLowerCase().startsWith(`${name}:`));
    return (
      line
        ?.slice(name.length + 1)
        .trim()
        .split(/\s+/) ?? []
    );
  };
  const fits = field('types').includes('deb') && field('suites').includes(own);
  if (!fits || !field('components').includes('main') || field('enabled')[0] === 'no') return [];
  const kept = lines.filter((l) => !/^(types|suites|components|targets):/i.test(l)).join('\n');
  return [`Types: deb\nSuites: ${RELEASE}\nComponents: main\nTargets: Packages\n${kept.trim()}`];
}

/** Shell words that start the nft unpacked in `from` as it will be when that is at `at`. */
function launch(from, at) {
  const quoted = (path) => `'${path.replace(from, at).replaceAll("'", "'\\''")}'`;
  const one = (what, pattern) => {
    const found = find(join(from, 'root/usr'), pattern);
    if (found === undefined) throw new Error(`no ${what} in the packages of ${RELEASE}`);
    return found;
  };
  const loader = one('loader', /^lib\d*\/ld-linux[^/]*\.so\.\d$/);
  const libraries = join(one('libc', /^lib\/[^/]+\/libc\.so\.6$/), '..');
  const nft = one('nft', /^sbin\/nft$/);
  return `env XTABLES_LIBDIR=${quoted(join(libraries, 'xtables'))} ${quoted(loader)} --inhibit-cache --library-path ${quoted(libraries)} ${quoted(nft)}`;
}

function find(root, pattern) {
  const path = readdirSync(root, { recursive: true }).find((p) => pattern.test(p));
  return path && join(root, path);
}

function command(...argv) {
  const done = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  if (done.status === 0) return done.stdout;
  const said = (done.error?.message ?? done.stderr).trim().split('\n').slice(-3).join('; ');
  throw new Error(`${argv[0]}: ${said}`);
}
