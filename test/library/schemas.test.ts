// The JSON Schemas for editors: each is one, takes what Calico takes, and refuses what is misspelt.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'deploy/schemas');
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as object;
const files = readdirSync(folder);

/** What a resource is by the schema of all kinds; empty: right. */
const ajv = new Ajv({
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
  strictTypes: false,
  formats: { cidr: true, int32: true },
});
for (const file of files) ajv.addSchema(read(file), file);

function faults(value: unknown): string[] {
  const validate = ajv.getSchema('all.schema.json');
  if (!validate) throw new Error('all.schema.json is missing');
  // All are plain schemas: none is asynchronous.
  if (validate(value) === true) return [];
  return (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== 'if' && keyword !== 'anyOf')
    .map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const DATA = ['etcd-input.yaml', 'kubernetes-input.yaml'].flatMap((file) =>
  parseAllDocuments(readFileSync(join(root, 'src/resources/stored/testing', file), 'utf8')).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string } },
  ),
);

describe('JSON Schemas', () => {
  it.each(DATA.map((raw) => [`${raw.kind} ${raw.metadata.name}`, raw] as const))('take %s', (_name, raw) => {
    expect(faults(raw)).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    [
      'a field',
      { ingress: [{ acton: 'Allow', action: 'Allow' }] },
      ['/spec/ingress/0 must NOT have additional properties'],
    ],
    [
      'a value',
      { ingress: [{ action: 'Alow' }] },
      ['/spec/ingress/0/action must be equal to one of the allowed values'],
    ],
    ['a type', { order: 'x' }, ['/spec/order must be number']],
    ['what is missing', { ingress: [{}] }, ["/spec/ingress/0 must have required property 'action'"]],
  ])('refuse %s', (_what, spec, expected) => {
    const raw = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'GlobalNetworkPolicy',
      metadata: { name: 'x' },
      spec,
    };
    expect(faults(raw)).toEqual(expected);
  });

  it('take values of Felix in any case', () => {
    const raw = { apiVersion: 'projectcalico.org/v3', kind: 'FelixConfiguration', metadata: { name: 'x' } };
    expect(faults({ ...raw, spec: { chainInsertMode: 'aPPend', natPortRange: '1:2' } })).toEqual([]);
    expect(faults({ ...raw, spec: { chainInsertMode: 'Prepend' } })).not.toEqual([]);
  });

  it('do not know kinds that have none', () => {
    const raw = { apiVersion: 'projectcalico.org/v3', kind: 'IPAMBlock', metadata: { name: 'x' } };
    expect(faults(raw)).toEqual(['/kind must be equal to one of the allowed values']);
  });
});
