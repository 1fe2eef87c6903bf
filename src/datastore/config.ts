// How to reach the datastore, as calicoctl is told: a file of kind CalicoAPIConfig, or the environment where there is no
// file. A value that can only be a mistake is an error here, with the name under which it was given; files that it names
// are read when the store is opened. Passwords, tokens and keys are Secrets and appear in no message.
import { existsSync, readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { escapeControls, suggest } from '../errors/index.ts';
import { DatastoreError } from './errors.ts';
import { configFrom } from './config-from.ts';
import { type ConfigSpec, configSpec, ENVIRONMENT, FIELDS } from './config-spec.ts';
import type { ClientConfig } from './config-types.ts';

export type { ClientConfig, KubernetesConfig } from './config-types.ts';

export interface ConfigSource {
  /** Must exist. Absent: the default file where there is one, otherwise the environment. */
  readonly path?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Said on a command line: wins over the file and the environment. */
  readonly chosen?: Pick<ConfigSpec, 'datastoreType' | 'k8sCurrentContext'>;
}

export const DEFAULT_CONFIG_PATH = '/etc/calico/calicoctl.cfg';

/** Throws `datastore/invalid`, with all that is wrong. */
export function loadClientConfig({ path, env = process.env, chosen }: ConfigSource = {}): ClientConfig {
  const file = path ?? (existsSync(DEFAULT_CONFIG_PATH) ? DEFAULT_CONFIG_PATH : undefined);
  if (file !== undefined) return configFrom({ ...readConfigFile(file), ...chosen }, env, (field) => field);
  const names = new Map<string, string>(ENVIRONMENT);
  return configFrom({ ...readEnvironment(env), ...chosen }, env, (field) => names.get(field) ?? field);
}

const invalid = (message: string, hint?: string, cause?: unknown) =>
  new DatastoreError('datastore/invalid', message, {
    ...(hint && { hint }),
    ...(cause !== undefined && { cause }),
  });

function readConfigFile(path: string): ConfigSpec {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(`Error reading config file: ${path}`, (error as Error).message, error);
  }
  return parseConfigFile(text, path);
}

/** `path` is for messages. */
function parseConfigFile(text: string, path: string): ConfigSpec {
  let document: unknown;
  try {
    document = parseYaml(text, { prettyErrors: false });
  } catch (error) {
    // Not the library's text, which quotes the file.
    const place = (error as { pos?: readonly number[] }).pos?.[0];
    const line = place === undefined ? '' : `, line ${text.slice(0, place).split('\n').length}`;
    throw invalid(`invalid config file: ${path}${line}: not YAML`);
  }
  const { apiVersion, kind, metadata: _, spec, ...others } = (document ?? {}) as Record<string, unknown>;
  if (apiVersion !== 'projectcalico.org/v3')
    throw invalid(`invalid config file: unknown APIVersion '${quoted(apiVersion)}'`);
  if (kind !== 'CalicoAPIConfig')
    throw invalid(`invalid config file: expected kind 'CalicoAPIConfig', got '${quoted(kind)}'`);
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalid(`invalid config file: ${path}: unknown field '${quoted(other)}'`);
  const parsed = configSpec.safeParse(withoutNulls(spec));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    if (issue.code !== 'unrecognized_keys') return `${['spec', ...issue.path].join('.')}: ${issue.message}`;
    return issue.keys
      .map((key) => {
        const meant = suggest(key, FIELDS);
        return `unknown field 'spec.${quoted(key)}'${meant ? `, did you mean '${meant}'?` : ''}`;
      })
      .join('; ');
  });
  throw invalid(`invalid config file: ${path}: ${problems.join('; ')}`);
}

/** A key without a value is no key, as in Go. */
const withoutNulls = (spec: unknown): unknown =>
  typeof spec === 'object' && spec !== null && !Array.isArray(spec)
    ? Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== null))
    : (spec ?? {});

const quoted = (value: unknown): string =>
  typeof value === 'string' ? escapeControls(value) : value === undefined ? '' : `(${typeof value})`;

function readEnvironment(env: Readonly<Record<string, string | undefined>>): ConfigSpec {
  const given: Record<string, string> = {};
  for (const [field, name] of ENVIRONMENT) {
    const value =
      env[`CALICO_${name.replace(/^CALICO_/, '')}`] || (name.startsWith('CALICO_') ? '' : env[name]);
    if (value) given[field] = value;
  }
  const names = new Map<string, string>(ENVIRONMENT);
  const parsed = configSpec.safeParse(given);
  if (!parsed.success)
    throw invalid(
      parsed.error.issues
        .map(({ path: [field], message }) => `${names.get(String(field)) ?? String(field)}: ${message}`)
        .join('; '),
    );
  return parsed.data;
}
