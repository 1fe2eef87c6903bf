// Calico's vectors on our own checks; test/interop/crds.test.ts holds the CRDs to the same.
import { describe, expect, it } from 'vitest';
import { manifest, REFUSED, VECTORS } from '../../test/interop/crd-vectors.ts';
import { parseResource, prepareForCreate } from './index.ts';

const name = (kind: string, spec: object) => `${kind} ${JSON.stringify(spec).slice(0, 150)}`;
const part = (text: string) => new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));

describe('a resource, and an object on its way to a store', () => {
  it.each(VECTORS.map((vector) => [name(vector[0], vector[1]), vector] as const))(
    'are judged alike: %s',
    (_name, [kind, spec, message, called = 'vector']) => {
      const raw = manifest(kind, spec, called);
      for (const { value, problems } of [prepareForCreate(raw), parseResource(raw)]) {
        const said = problems.map((p) => p.message).join('\n');
        // Numbers in a list of values are quoted by the API server alone.
        expect(said).toMatch(message === undefined ? /^$/ : part(message.replaceAll(/"(\d+)"/g, '$1')));
        expect(value === undefined).toBe(message !== undefined);
      }
    },
  );

  it.each(REFUSED.map((vector) => [name(vector[0], vector[1]), vector] as const))(
    'are refused: %s',
    (_name, [kind, spec]) => {
      const raw = manifest(kind, spec, 'vector');
      expect(prepareForCreate(raw).value).toBeUndefined();
      expect(parseResource(raw).value).toBeUndefined();
    },
  );
});
