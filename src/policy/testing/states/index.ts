// The library of states, by theme. Lists of them are in states.test.ts.
export { config } from './config.ts';
export { endpoints } from './endpoints.ts';
export { hosts } from './hosts.ts';
export { policies } from './policies.ts';
export { pools } from './pools.ts';
export { profiles } from './profiles.ts';
export { sets } from './sets.ts';
export { tiers } from './tiers.ts';
