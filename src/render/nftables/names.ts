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
/** Interface → the chain with the sources that its endpoint may spoof. */
export const MAY_SPOOF = 'may-spoof';
/** ICMPv6 types of neighbour discovery and MLD. */
export const DISCOVERY = 'neighbour-discovery';

/** `stage`: the host stage that has a copy of its own. No id of a block ends like that. */
export function policyChain(block: Block, stage?: string): string {
  const id = copyId(block, stage);
  return block.kind === 'profile'
    ? objectName('profile-', id.replace(/^Profile\//, ''))
    : objectName('policy-', id);
}

/** A chain of its own for one rule; `step` counts from 1. */
export function ruleChain(block: Block, index: string, family: string, step: number, stage?: string): string {
  return objectName('rule-', `${copyId(block, stage)}/${index}${family}${step === 1 ? '' : `.${step}`}`);
}

function copyId(block: Block, stage: string | undefined): string {
  return stage === undefined ? block.id : `${block.id}/${stage}`;
}

export function endpointChain(direction: Direction, interfaceName: string): string {
  return objectName(direction === 'egress' ? 'from-' : 'to-', interfaceName);
}

export function spoofChain(interfaceName: string): string {
  return objectName('may-spoof-', interfaceName);
}

/** What follows for an endpoint when a tier has passed the packet. */
export function restChain(direction: Direction, interfaceName: string, tier: string): string {
  return objectName(direction === 'egress' ? 'from-' : 'to-', `${interfaceName}/after/${tier}`);
}

/** The list of several endpoints, by its content; with a tier, what follows when that tier has passed the packet. */
export function sharedChain(direction: Direction, content: string, tier?: string): string {
  return objectName(`list-${direction}-`, tier === undefined ? content : `${content}/after/${tier}`);
}

/** Where a passing rule of the tier goes; the map of the same name finds the endpoint again. */
export function passChain(direction: Direction, tier: string, stage?: string): string {
  return objectName(stage === undefined ? `pass-${direction}-` : `pass-${stage}/`, tier);
}

/**
 * What judges the packets of one interface of the host in one stage, or what follows when `tier` has passed them. No
 * interface has a slash in its name.
 */
export function hostChain(stage: string, interfaceName: string, tier?: string): string {
  const rest = tier === undefined ? '' : `/after/${tier}`;
  return interfaceName === '*'
    ? objectName(`${stage}-`, `any${rest}`)
    : objectName(`${stage}/`, `${interfaceName}${rest}`);
}
