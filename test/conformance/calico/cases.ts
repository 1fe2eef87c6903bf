// Calico's own policy, case by case: what `spec` of each kind means by its documentation and by what its own tests check.
import type { Course } from '../run.ts';
import { BEFORE_DNAT, UNTRACKED_POLICIES } from './before-nat.ts';
import { APPLY_ON_FORWARD, FAILSAFES, HOST_ENDPOINTS } from './hosts.ts';
import { CONNECTIONS, ENDPOINT_TO_HOST, PORT_CASES, PROTOCOL_CASES, SERVICES, TUNNELS } from './matches.ts';
import { NETS, SELECTORS } from './peers.ts';
import { PROFILES, STAGED_POLICIES, TIERS } from './tiers.ts';

export const CALICO: readonly Course[] = [
  ...TIERS,
  ...STAGED_POLICIES,
  ...PROFILES,
  ...SELECTORS,
  ...NETS,
  ...PORT_CASES,
  ...PROTOCOL_CASES,
  ...SERVICES,
  ...CONNECTIONS,
  ...ENDPOINT_TO_HOST,
  ...TUNNELS,
  ...HOST_ENDPOINTS,
  ...APPLY_ON_FORWARD,
  ...FAILSAFES,
  ...BEFORE_DNAT,
  ...UNTRACKED_POLICIES,
];
