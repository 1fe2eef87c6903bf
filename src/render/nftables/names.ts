// The names of our chains, sets and maps. Every prefix starts another kind, so that no two can meet.
import type { Direction } from '../../resources/index.ts';
import type { Block } from '../program.ts';
import { objectName } from './quote.ts';

/** Interface → the chain that judges what its endpoint sends. */
export const FROM_MAP = 'from-workload';
/** Interface → the chain that judges what its endpoint receives. */
export const TO_MAP = 'to-workload';
/** Interfaces of endpoints that no workload prefix covers. */
export const OTHER_WORKLOADS = 'other-workloads';
/** ICMPv6 types of neighbour discovery and MLD. */
export const DISCOVERY = 'neighbour-discovery';

export function policyChain(block: Block): string {
  if (block.kind === 'profile') return objectName('profile-', block.id.replace(/^Profile\//, ''));
  return objectName('policy-', block.id);
}

/** A chain of its own for one rule; `step` counts from 1. */
export function ruleChain(block: Block, index: string, family: string, step: number): string {
  return objectName('rule-', `${block.id}/${index}${family}${step === 1 ? '' : `.${step}`}`);
}

export function endpointChain(direction: Direction, interfaceName: string): string {
  return objectName(direction === 'egress' ? 'from-' : 'to-', interfaceName);
}

/** What follows for an endpoint when a tier has passed the packet. */
export function restChain(direction: Direction, interfaceName: string, tier: string): string {
  return objectName(direction === 'egress' ? 'from-' : 'to-', `${interfaceName}/after/${tier}`);
}

/** Where a passing rule of the tier goes; the map of the same name finds the endpoint again. */
export function passChain(direction: Direction, tier: string): string {
  return objectName(`pass-${direction}-`, tier);
}
