// Where log rules write: the kernel's log, or a netlink group, which also works inside a network namespace.
export type LogTarget = 'log' | 'nflog';

/** The netlink group of nflog. Group 0 is what other tools use by default. */
export const NFLOG_GROUP = 1;
