// What the host is and how it is asked. The room's public face.
//   systemRunner: Runner                      the real seam; tests use fakeRunner of run-fake.ts
//   readHostFacts(run): Result<HostFacts>     interfaces, addresses and tool versions; what is missing is a problem
//   withLock(work, options): Result of work   one holder per network namespace; waits, then names the holder
//   checkTools(run, dialect, backend?)        problems that make enforcing impossible: no root, no tool, no kernel support
//   explainFailure(argv, result): Problem     a tool's raw complaint as `host/no-tool`, `host/not-root` …
//   openState(run): Result<StateFolder>       what is remembered of the network namespace: /run/tortie/net-<inode>/
//   startDetached(argv)                       a process that outlives this one and its terminal
//   detectBackend(run): Result<IptablesBackend>
export { type RunOptions, type RunResult, type Runner, systemRunner } from './run.ts';
export { detectBackend } from './backend.ts';
export { sleepOrSignal, startDetached } from './detached.ts';
export { parseIpAddr, readHostFacts } from './facts.ts';
export { type LockOptions, withLock } from './lock.ts';
export { identify, isGone, type ProcessIdentity, signalProcess } from './process.ts';
export { monotonic, openState, type StateFolder } from './state.ts';
export { checkTools, explainFailure } from './privileges.ts';
