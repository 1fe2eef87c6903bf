// validate(): the schema run by Ajv, its errors as plain issues. Compiled once, on first use.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { schema } from './schema.ts';

export interface Issue {
  /** JSON pointer into the document, e.g. `/nftables/7/rule/expr/0/match/op`. */
  readonly path: string;
  readonly message: string;
}

let compiled: ValidateFunction | undefined;

/** Every problem of a document; empty when it is valid. `if/then` bookkeeping of the schema is left out. */
export function validate(document: unknown): readonly Issue[] {
  // strictRequired is off: `if: {required: …}` names a property that only then/else declare.
  compiled ??= new Ajv2020({
    allErrors: true,
    strictRequired: false,
    allowUnionTypes: true,
    strictTypes: false,
  }).compile(schema);
  return compiled(document) ? [] : (compiled.errors ?? []).filter((e) => e.keyword !== 'if').map(toIssue);
}

function toIssue(e: ErrorObject): Issue {
  const extra = e.keyword === 'additionalProperties' ? `: ${String(e.params['additionalProperty'])}` : '';
  const allowed = e.keyword === 'enum' ? `: ${(e.params['allowedValues'] as unknown[]).join(', ')}` : '';
  return { path: e.instancePath || '/', message: `${e.message ?? e.keyword}${extra}${allowed}` };
}
