// For tests of this room: YAML or plain data → checked Kubernetes objects → conversions.
import { parseAllDocuments } from 'yaml';
import {
  type KubernetesKind,
  type KubernetesObject,
  type KubernetesObjectOf,
  kubernetesType,
  parseKubernetes,
} from '../../resources/index.ts';
import type { Problem } from '../../errors/problem.ts';

export function read(raw: unknown): { value?: KubernetesObject; problems: readonly Problem[] } {
  const type = kubernetesType(raw);
  if (!type || !('known' in type)) throw new Error(`not a kind of ours: ${JSON.stringify(raw)}`);
  return parseKubernetes(type.known, raw);
}

export function object<K extends KubernetesKind>(kind: K, raw: unknown): KubernetesObjectOf<K> {
  const { value, problems } = read(raw);
  if (value?.kind !== kind) throw new Error(JSON.stringify(problems));
  return value as KubernetesObjectOf<K>;
}

export function documents(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => document.toJS() as unknown);
}

export const faults = (problems: readonly Problem[]): string[] =>
  problems.map(({ path, message }) => `${path?.join('.')}: ${message}`);
