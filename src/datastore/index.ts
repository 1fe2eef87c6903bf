// Datastores: one interface (types.ts), typed errors (errors.ts), one folder a backend. `openDatastore` in open.ts chooses
// by configuration (config.ts) and loads no more than what is chosen: import it, or a backend's folder, by itself.
// `file/` holds two things: `loadFiles`, the one-off reading of every offline command, and a directory as a store.
// Contract of a backend: test/datastore/suite.ts, run by all of them.
//   keys.ts            what every backend asks of keys and selections
//   default-allow.ts   the profile that is everywhere
export * from './types.ts';
export {
  alreadyExists,
  cancelled,
  conflict,
  DatastoreError,
  type DatastoreCode,
  identifier,
  notFound,
  notSupported,
} from './errors.ts';
