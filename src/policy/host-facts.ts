// HostFacts: what the host itself contributes, as a value. Read live by src/host, or from `--host FILE` offline.
// It stands here and not in src/host because verdict and render need the value and may not know how it is had.
import * as z from 'zod';
import { type Problem, problem, type Result } from '../errors/problem.ts';
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from '../net/index.ts';

export interface HostFacts {
  readonly interfaces: readonly HostInterface[];
  /** Absent: not asked. Only read to find the interfaces of pods (`--interfaces routes`). */
  readonly routes?: readonly HostRoute[];
  /** Absent: not asked, assume the newest that we support. */
  readonly tools?: HostTools;
}

export interface HostInterface {
  readonly name: string;
  /** Plain canonical addresses without length. */
  readonly addresses: readonly string[];
}

export interface HostRoute {
  /** As `ip route` prints it: an address, a prefix, or `default`. */
  readonly destination: string;
  readonly interface: string;
}

export interface HostTools {
  readonly nft?: string;
  readonly iptables?: { readonly version: string; readonly backends: readonly ('nft' | 'legacy')[] };
  readonly ipset?: string;
  readonly conntrack?: string;
}

export const NO_HOST_FACTS: HostFacts = { interfaces: [] };

/** What the kernel allows in a name, without what its tools read as wildcards. */
const interfaceName = z
  .string()
  .regex(/^(?!\.\.?$)[^\s/:*]{1,15}$/, 'invalid interface name')
  .regex(/[^+]$/, 'an interface name that ends in "+" is a wildcard to iptables');

const address = z.string().refine((text) => parseAddress(text) !== undefined, 'invalid address');

/** Our own form. Published as JSON Schema. */
export const hostFactsSchema = z.strictObject({
  interfaces: z.array(z.strictObject({ name: interfaceName, addresses: z.array(address) })),
  routes: z.array(z.strictObject({ destination: z.string(), interface: interfaceName })).optional(),
  tools: z
    .strictObject({
      nft: z.string().optional(),
      iptables: z
        .strictObject({ version: z.string(), backends: z.array(z.enum(['nft', 'legacy'])) })
        .optional(),
      ipset: z.string().optional(),
      conntrack: z.string().optional(),
    })
    .optional(),
});

/**
 * `ip -j addr`, with the entries of `ip -j route` among them if they are wanted. An interface that a filter hides is an
 * empty object; fields that we do not read are ignored, and so are routes without a device.
 */
const ipAddrSchema = z.array(
  z.object({
    ifname: interfaceName.optional(),
    dst: z.string().optional(),
    dev: interfaceName.optional(),
    addr_info: z.array(z.object({ family: z.string().optional(), local: address.optional() })).optional(),
  }),
);

/**
 * Reads our own form, or the output of `ip -j addr`. Interfaces come back sorted by name, addresses canonical.
 * Problems are `host-facts/invalid`, each with its path; there is no value then.
 */
export function parseHostFacts(json: unknown): Result<HostFacts> {
  const read = Array.isArray(json) ? readIpAddr(json) : readOwn(json);
  if (!read.value) return read;
  const addresses = new Map<string, Set<string>>();
  for (const { name, addresses: texts } of read.value.interfaces) {
    const known = addresses.get(name) ?? new Set();
    addresses.set(name, known);
    for (const text of texts) {
      const parsed = parseAddress(text);
      if (parsed) known.add(formatAddress(parsed));
    }
  }
  const interfaces = [...addresses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, texts]) => ({ name, addresses: [...texts] }));
  return { value: { ...read.value, interfaces }, problems: [] };
}

function readOwn(json: unknown): Result<HostFacts> {
  const { data, error } = hostFactsSchema.safeParse(json);
  // `exactOptionalPropertyTypes`: zod types an absent field as possibly undefined; JSON has no undefined.
  return data ? { value: data as HostFacts, problems: [] } : { problems: toProblems(error) };
}

function readIpAddr(json: readonly unknown[]): Result<HostFacts> {
  const { data, error } = ipAddrSchema.safeParse(json);
  if (!data) return { problems: toProblems(error) };
  const interfaces = data.flatMap(({ ifname, addr_info }) =>
    ifname === undefined
      ? []
      : [{ name: ifname, addresses: (addr_info ?? []).flatMap(({ local }) => local ?? []) }],
  );
  const routes = data.flatMap(({ dst, dev }) =>
    dst === undefined || dev === undefined ? [] : [{ destination: dst, interface: dev }],
  );
  return { value: { interfaces, ...(routes.length > 0 && { routes }) }, problems: [] };
}

/**
 * The device of a route to one of these addresses alone: where a pod's own interface is, for a CNI plugin that routes
 * pods one by one. A route to many addresses leads to a bridge, which is no pod's interface.
 */
export function interfacesByRoute({
  routes = [],
}: HostFacts): (addresses: readonly string[]) => string | undefined {
  const byAddress = new Map<string, string>();
  for (const { destination, interface: device } of routes) {
    const parsed = parsePrefix(destination);
    const full = parsed && (parsed.prefix.family === 4 ? 32 : 128);
    if (parsed && parsed.prefix.length === full) byAddress.set(formatPrefix(parsed.prefix), device);
  }
  return (addresses) => {
    for (const address of addresses) {
      const device = byAddress.get(address);
      if (device !== undefined) return device;
    }
    return undefined;
  };
}

function toProblems(error: z.ZodError): Problem[] {
  return error.issues.map((issue) =>
    problem('host-facts/invalid', issue.message, {
      path: issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
    }),
  );
}
