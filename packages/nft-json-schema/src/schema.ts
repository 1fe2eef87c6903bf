// The JSON Schema (draft 2020-12), written with one idiom: a *tagged object* has exactly one property, whose name says
// which schema its value meets. Never `oneOf` or `anyOf` over kinds: an error then names the one place that is wrong,
// and validation is an order of magnitude faster than trying every alternative. `satisfies` keeps it in step with types.ts.
import type { Command, Item, ListedObject, Statement, TaggedExpression } from './types.ts';

type Schema = Readonly<Record<string, unknown>>;
type Tags<U> = U extends unknown ? Extract<keyof U, string> : never;

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const tagged = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties,
});
const object = (required: readonly string[], properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties,
});
/** An object as `schema` says, or one of the scalar `types`. */
const objectOr = (schema: Schema, ...types: readonly string[]): Schema => ({
  if: { type: 'object' },
  then: schema,
  else: { type: types },
});
const oneOrMany = (schema: Schema): Schema => ({
  if: { type: 'array' },
  then: { items: schema },
  else: schema,
});

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const flag: Schema = { type: 'boolean' };
const nothing: Schema = { type: 'null' };
const opaque: Schema = { type: 'object' };
const expression = ref('expression');
const expressions: Schema = { type: 'array', items: expression };
const operands: Schema = { type: 'array', minItems: 2, items: expression };
const statements: Schema = { type: 'array', items: ref('statement') };
const flags = oneOrMany(text);
const target = object(['target'], { target: text });
const family: Schema = { enum: ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'] };
/** Elements: expressions, or pairs of key and value. */
const elements = oneOrMany(expression);
const typeOf: Schema = {
  if: { type: 'object' },
  then: object(['typeof'], { typeof: expression }),
  else: oneOrMany(text),
};

const inTable = { family, table: text, handle: integer, comment: text };
const setProperties = {
  ...inTable,
  name: text,
  type: typeOf,
  policy: { enum: ['performance', 'memory'] },
  flags,
  elem: elements,
  timeout: integer,
  'gc-interval': integer,
  size: integer,
  'auto-merge': flag,
  stmt: statements,
};

const verdicts = {
  accept: nothing,
  drop: nothing,
  continue: nothing,
  return: nothing,
  jump: target,
  goto: target,
};

const nat = objectOr(
  object([], { family: text, addr: expression, port: expression, flags, type_flags: flags }),
  'null',
);
const opaqueOrNull = objectOr(opaque, 'null');

const statement = {
  ...verdicts,
  match: object(['op', 'left', 'right'], {
    op: { enum: ['==', '!=', '<', '>', '<=', '>=', 'in'] },
    left: expression,
    right: expression,
  }),
  counter: objectOr(object([], { packets: integer, bytes: integer }), 'string', 'null'),
  mangle: object(['key', 'value'], { key: expression, value: expression }),
  reset: expression,
  log: objectOr(
    object([], {
      prefix: text,
      group: integer,
      snaplen: integer,
      'queue-threshold': integer,
      level: text,
      flags,
    }),
    'null',
  ),
  limit: objectOr(
    object(['rate', 'per'], {
      rate: integer,
      rate_unit: text,
      per: text,
      burst: integer,
      burst_unit: text,
      inv: flag,
    }),
    'string',
  ),
  quota: objectOr(
    object(['val'], { val: integer, val_unit: text, used: integer, used_unit: text, inv: flag }),
    'string',
  ),
  'ct count': object(['val'], { val: integer, inv: flag }),
  reject: objectOr(object([], { type: text, expr: expression }), 'null'),
  snat: nat,
  dnat: nat,
  masquerade: nat,
  redirect: nat,
  notrack: nothing,
  vmap: object(['key', 'data'], { key: expression, data: expression }),
  set: object(['op', 'elem', 'set'], { op: text, elem: expression, set: text, stmt: statements }),
  map: object(['op', 'elem', 'data', 'map'], { op: text, elem: expression, data: expression, map: text }),
  tproxy: object([], { family: text, addr: expression, port: expression }),
  flow: object(['op', 'flowtable'], { op: text, flowtable: text }),
  queue: opaqueOrNull,
  dup: opaque,
  fwd: opaque,
  last: opaqueOrNull,
  meter: opaque,
  'ct helper': text,
  'ct timeout': text,
  'ct expectation': text,
  synproxy: objectOr(opaque, 'string', 'null'),
  xt: opaqueOrNull,
} satisfies Record<Tags<Statement>, Schema>;

const payload: Schema = {
  if: { required: ['base'] },
  then: object(['base', 'offset', 'len'], {
    base: { enum: ['ll', 'nh', 'th', 'ih'] },
    offset: integer,
    len: integer,
  }),
  else: object(['protocol', 'field'], { protocol: text, field: text }),
};

const taggedExpression = {
  ...verdicts,
  payload,
  meta: object(['key'], { key: text }),
  ct: object(['key'], { key: text, dir: text, family: text }),
  rt: object(['key'], { key: text, family: text }),
  socket: object(['key'], { key: text }),
  fib: object(['result'], { result: text, flags }),
  prefix: object(['addr', 'len'], { addr: expression, len: integer }),
  range: { type: 'array', minItems: 2, maxItems: 2, items: expression },
  concat: expressions,
  set: elements,
  map: object(['key', 'data'], { key: expression, data: expression }),
  elem: object(['val'], {
    val: expression,
    timeout: integer,
    expires: integer,
    comment: text,
    counter: object([], { packets: integer, bytes: integer }),
  }),
  '&': operands,
  '|': operands,
  '^': operands,
  '<<': operands,
  '>>': operands,
  'tcp option': opaque,
  'ip option': opaque,
  'sctp chunk': opaque,
  'dccp option': opaque,
  exthdr: opaque,
  numgen: opaque,
  jhash: opaque,
  symhash: opaque,
  osf: opaque,
  ipsec: opaque,
} satisfies Record<Tags<TaggedExpression>, Schema>;

const listed = {
  table: object(['family'], { family, name: text, handle: integer, flags, comment: text }),
  chain: object(['family', 'table'], {
    ...inTable,
    name: text,
    newname: text,
    type: text,
    hook: text,
    prio: { type: ['integer', 'string'] },
    dev: oneOrMany(text),
    policy: { enum: ['accept', 'drop'] },
  }),
  rule: object(['family', 'table', 'chain'], { ...inTable, chain: text, index: integer, expr: statements }),
  set: object(['family', 'table', 'name'], setProperties),
  map: object(['family', 'table', 'name'], { ...setProperties, map: typeOf }),
  element: object(['family', 'table', 'name', 'elem'], { ...inTable, name: text, elem: elements }),
  counter: object(['family', 'table', 'name'], { ...inTable, name: text, packets: integer, bytes: integer }),
  quota: object(['family', 'table', 'name'], {
    ...inTable,
    name: text,
    bytes: integer,
    used: integer,
    inv: flag,
  }),
  limit: object(['family', 'table', 'name'], {
    ...inTable,
    name: text,
    rate: integer,
    rate_unit: text,
    per: text,
    burst: integer,
    burst_unit: text,
    unit: text,
    inv: flag,
  }),
  secmark: object(['family', 'table', 'name'], { ...inTable, name: text, context: text }),
  flowtable: object(['family', 'table'], {
    ...inTable,
    name: text,
    hook: text,
    prio: { type: ['integer', 'string'] },
    dev: oneOrMany(text),
    flags,
  }),
  'ct helper': opaque,
  'ct timeout': opaque,
  'ct expectation': opaque,
  synproxy: opaque,
} satisfies Record<Tags<ListedObject>, Schema>;

const objects = tagged(listed);
const objectsOrRuleset = tagged({ ...listed, ruleset: nothing });
const commands = {
  add: objects,
  create: objects,
  insert: objects,
  replace: objects,
  delete: objects,
  destroy: objects,
  flush: objectsOrRuleset,
  list: objectsOrRuleset,
} satisfies Record<Tags<Command>, Schema>;

const item = {
  metainfo: {
    type: 'object',
    properties: { version: text, release_name: text, json_schema_version: integer },
  },
  ...commands,
  ...listed,
} satisfies Record<Tags<Item>, Schema>;

export const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'nft.schema.json',
  title: 'nftables JSON (libnftables-json)',
  type: 'object',
  required: ['nftables'],
  additionalProperties: false,
  properties: { nftables: { type: 'array', items: tagged(item) } },
  $defs: {
    // A statement for which nft has no JSON is printed as its text.
    statement: objectOr(tagged(statement), 'string'),
    expression: {
      if: { type: 'object' },
      then: tagged(taggedExpression),
      else: {
        if: { type: 'array' },
        then: { items: expression },
        else: { type: ['string', 'number', 'boolean'] },
      },
    },
  },
} as const satisfies Schema;
