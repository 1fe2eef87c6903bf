// HostFacts of this host: interfaces and addresses from `ip -j addr`, versions from the tools themselves.
import { problem, type Problem, type Result } from '../errors/problem.ts';
import type { HostFacts, HostInterface, HostRoute, HostTools } from '../policy/host-facts.ts';
import { explainFailure, saidBy } from './privileges.ts';
import type { Runner } from './run.ts';

/**
 * Without interfaces nothing can be judged, so their failure leaves no value; a missing firewall tool is only absent.
 * Routes are read only when they are asked for.
 */
export async function readHostFacts(
  run: Runner,
  { routes = false }: { readonly routes?: boolean } = {},
): Promise<Result<HostFacts>> {
  const argv = ['ip', '-j', 'addr'];
  const [addresses, tools] = await Promise.all([run.run(argv), readTools(run)]);
  if (addresses.exitCode !== 0) {
    const why = explainFailure(argv, addresses);
    return { problems: [why ?? unreadable('`ip -j addr` failed', saidBy('ip', addresses))] };
  }
  const parsed = parseIpAddr(addresses.stdout);
  if (parsed.value === undefined) return { problems: parsed.problems };
  if (!routes) return { value: { interfaces: parsed.value, tools }, problems: parsed.problems };
  const read = await readRoutes(run);
  const problems = [...parsed.problems, ...read.problems];
  return read.value
    ? { value: { interfaces: parsed.value, routes: read.value, tools }, problems }
    : { problems };
}

/** Of both families, from `ip -j route`. */
async function readRoutes(run: Runner): Promise<Result<readonly HostRoute[]>> {
  const routes: HostRoute[] = [];
  for (const family of ['-4', '-6']) {
    const argv = ['ip', '-j', family, 'route'];
    const done = await run.run(argv);
    const listed = done.exitCode === 0 ? parseList(done.stdout) : undefined;
    if (!listed) {
      const why = explainFailure(argv, done);
      return { problems: [why ?? unreadable(`\`${argv.join(' ')}\` failed`, saidBy('ip', done))] };
    }
    for (const route of listed) {
      const [destination, device] = [field(route, 'dst'), field(route, 'dev')];
      if (typeof destination === 'string' && typeof device === 'string')
        routes.push({ destination, interface: device });
    }
  }
  return { value: routes, problems: [] };
}

function parseList(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = text.trim() === '' ? [] : JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the JSON of `ip -j addr`; sorted by name, addresses in the kernel's order. */
export function parseIpAddr(text: string): Result<readonly HostInterface[]> {
  let links: unknown;
  try {
    // A namespace without any interface prints nothing at all.
    links = text.trim() === '' ? [] : JSON.parse(text);
  } catch (cause) {
    return { problems: [unreadable('`ip -j addr` printed something that is not JSON', [], cause)] };
  }
  if (!Array.isArray(links)) return { problems: [unreadable('`ip -j addr` printed no list', [])] };
  const interfaces = links.flatMap((link: unknown) => {
    const name = field(link, 'ifname');
    if (typeof name !== 'string') return [];
    const infos = field(link, 'addr_info');
    const addresses = (Array.isArray(infos) ? infos : []).flatMap((info: unknown) => {
      const local = field(info, 'local');
      return typeof local === 'string' ? [local] : [];
    });
    return [{ name, addresses }];
  });
  return { value: interfaces.toSorted((a, b) => (a.name < b.name ? -1 : 1)), problems: [] };
}

async function readTools(run: Runner): Promise<HostTools> {
  const version = async (...argv: string[]) => {
    const { exitCode, stdout } = await run.run(argv);
    return exitCode === 0 ? /v?(\d+\.\d+(?:\.\d+)*)/.exec(stdout)?.[1] : undefined;
  };
  const [nft, viaNft, viaLegacy, ipset, conntrack] = await Promise.all([
    version('nft', '--version'),
    version('iptables-nft', '--version'),
    version('iptables-legacy', '--version'),
    version('ipset', '--version'),
    version('conntrack', '--version'),
  ]);
  const iptables = viaNft ?? viaLegacy;
  const backends = [...(viaNft ? (['nft'] as const) : []), ...(viaLegacy ? (['legacy'] as const) : [])];
  return {
    ...(nft && { nft }),
    ...(iptables && { iptables: { version: iptables, backends } }),
    ...(ipset && { ipset }),
    ...(conntrack && { conntrack }),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function unreadable(message: string, notes: { message: string }[], cause?: unknown): Problem {
  return problem('host/addresses', message, { notes, ...(cause !== undefined && { cause }) });
}
