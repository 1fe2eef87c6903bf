// The shape of a command's module. Modules are imported when their command is named, so that `tortie --help` loads none.
import type { Command } from 'commander';
import type { Context } from './context.ts';

/** Runs the work of a command with its context; the number is the exit status. */
export type Start = (work: (context: Context) => Promise<number> | number) => Promise<void>;

export interface CommandModule {
  /** Adds options, arguments and the action. */
  define(command: Command, start: Start): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'validate',
    summary: 'report every problem of every document',
    load: () => import('./commands/validate.ts'),
  },
  { name: 'render', summary: 'print the ruleset of one node', load: () => import('./commands/render.ts') },
  {
    name: 'diff',
    summary: 'show what a change of policy does to the rules',
    load: () => import('./commands/diff.ts'),
  },
  {
    name: 'plan',
    summary: 'show what enforcing would change in this kernel',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'enforce',
    summary: 'make this kernel enforce the policy, once',
    load: () => import('./commands/enforce.ts'),
  },
  {
    name: 'confirm',
    summary: 'keep what enforce --confirm has applied',
    load: () => import('./commands/confirm.ts'),
  },
  {
    name: 'rollback',
    summary: 'put back what was there before enforce --confirm',
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'status',
    summary: 'say what this kernel enforces, by whom and since when',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'counters',
    summary: 'list packets and bytes of every policy rule',
    load: () => import('./commands/counters.ts'),
  },
  {
    name: 'clear',
    summary: 'remove every trace of tortie from this kernel',
    load: () => import('./commands/clear.ts'),
  },
  {
    name: 'explain',
    summary: 'say what happens to a packet, and why',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'connectivity',
    summary: 'say who may talk to whom, or what a change does to that',
    load: () => import('./commands/connectivity.ts'),
  },
  {
    name: 'selector',
    summary: 'check a selector, or match it with labels',
    load: () => import('./commands/selector.ts'),
  },
  {
    name: 'get',
    summary: 'show objects of a datastore',
    load: () => import('./commands/get.ts'),
  },
  {
    name: 'create',
    summary: 'create objects in a datastore',
    load: () => import('./commands/create.ts'),
  },
  {
    name: 'apply',
    summary: 'create objects in a datastore, or replace what is there',
    load: () => import('./commands/apply.ts'),
  },
  {
    name: 'replace',
    summary: 'replace objects of a datastore',
    load: () => import('./commands/replace.ts'),
  },
  {
    name: 'delete',
    summary: 'delete objects of a datastore',
    load: () => import('./commands/delete.ts'),
  },
  {
    name: 'patch',
    summary: 'change a part of an object of a datastore',
    load: () => import('./commands/patch.ts'),
  },
  {
    name: 'label',
    summary: 'set or remove a label of an object of a datastore',
    load: () => import('./commands/label.ts'),
  },
  {
    name: 'datastore',
    summary: 'copy a whole datastore to a file, or back',
    load: () => import('./commands/datastore.ts'),
  },
  { name: 'version', summary: 'print the version', load: () => import('./commands/version.ts') },
];
