// What plan, enforce and clear have in common: the policy compiled for this host, and its kernel.
import { createApplier, type Applier, type Session } from '../apply/index.ts';
import { TortieError } from '../errors/index.ts';
import { openState, readHostFacts, type Runner, systemRunner } from '../host/index.ts';
import { createRenderer, type Ruleset } from '../render/index.ts';
import type { Context } from './context.ts';
import { errorsOf } from './exit.ts';
import { compileNode, hostProblems, type LoadedPolicy, loadPolicy, readFacts } from './load.ts';
import type * as options from './options.ts';

export interface HostOptions
  extends options.InputOptions,
    options.NodeOptions,
    options.DialectOptions,
    options.BackendOptions {}

export interface HostTarget {
  readonly loaded: LoadedPolicy;
  readonly node: string;
  readonly wanted: Ruleset;
  readonly applier: Applier;
}

/** Policy first: an input with errors must not even look at the kernel. */
export async function prepare(context: Context, opts: HostOptions): Promise<HostTarget> {
  const run = context.io.runner ?? systemRunner;
  // Unless the host says where its pods are.
  const byRoutes = opts.interfaces === 'routes' && opts.host === undefined;
  const routed = byRoutes ? await liveFacts(context, run, { routes: true }) : undefined;
  const loaded = await loadPolicy(context, { ...opts, ...(routed && { facts: routed }) });
  const policy = compileNode(context, loaded, opts.node, { mustBeKnown: true });
  const facts = routed ?? (await readFacts(opts.host)) ?? (await liveFacts(context, run));
  context.report(hostProblems(policy, facts));
  const wanted = createRenderer(opts.dataplane, { log: opts.logAction }).render(policy, facts);
  // Whoever changes something holds the lock for longer than the applier works, so it is not the applier's.
  const applier = createApplier({ dialect: opts.dataplane, backend: opts.iptablesBackend, run, lock: false });
  return { loaded, node: policy.node, wanted, applier };
}

/** Where this host's state is kept, and how its programs are run. */
export async function openSession(context: Context): Promise<Session> {
  const run = context.io.runner ?? systemRunner;
  const { value: state, problems } = await openState(run);
  if (!state) throw new TortieError(problems);
  return { run, state };
}

async function liveFacts(context: Context, run: Runner, wanted: { readonly routes?: boolean } = {}) {
  const { value, problems } = await readHostFacts(run, wanted);
  if (value === undefined || errorsOf(problems).length > 0) throw new TortieError(problems);
  context.report(problems);
  return value;
}
