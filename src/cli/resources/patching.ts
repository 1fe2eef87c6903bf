// The three kinds of patch. Calico's types have no merge keys, so a strategic patch is a merge patch with directives:
// maps are merged, lists replaced, null removes; `$patch: replace | delete`, `$retainKeys` and
// `$deleteFromPrimitiveList/x` mean what they do in Kubernetes. Finalizers alone are a list that is added to.
// Libraries are named at the top: from a dynamic import of one that is CommonJS the bundle has no names.
import { applyPatch } from 'rfc6902';
import { parse as parseYaml } from 'yaml';
import { isObject } from '../../resources/fields.ts';
import { TortieError } from '../../errors/index.ts';
import { refuse } from './failure.ts';

export type PatchType = 'strategic' | 'merge' | 'json';

/** `current` is not changed. The patch is JSON, or YAML as kubectl takes it. */
export function patched(type: PatchType, current: unknown, patchText: string): unknown {
  const patch = parsePatch(patchText);
  if (type === 'json') return jsonPatched(current, patch);
  if (!isObject(patch)) refuse('a patch is a map, unless it is of type json');
  return merged(current, patch, type === 'strategic');
}

function parsePatch(patchText: string): unknown {
  try {
    return JSON.parse(patchText);
  } catch (error) {
    try {
      return parseYaml(patchText, { prettyErrors: false, logLevel: 'error' });
    } catch {
      return refuse(`the patch is neither JSON nor YAML: ${(error as Error).message}`);
    }
  }
}

const REMOVED = Symbol('removed');

/** A Map inside, since a field may be called `__proto__`. */
function merged(current: unknown, patch: unknown, strategic: boolean): unknown {
  if (!isObject(patch)) return patch;
  const directive = strategic ? patch['$patch'] : undefined;
  if (directive === 'delete') return REMOVED;
  const fields = new Map(isObject(current) && directive !== 'replace' ? Object.entries(current) : []);
  const retained = strategic ? patch['$retainKeys'] : undefined;
  if (Array.isArray(retained))
    for (const name of fields.keys()) if (!retained.includes(name)) fields.delete(name);
  for (const [name, value] of Object.entries(patch)) {
    if (strategic && name.startsWith('$')) {
      dropFromList(fields, name, value);
      continue;
    }
    const next = combined(fields.get(name), name, value, strategic);
    if (next === null || next === REMOVED) fields.delete(name);
    else fields.set(name, next);
  }
  return Object.fromEntries(fields);
}

function combined(current: unknown, name: string, value: unknown, strategic: boolean): unknown {
  if (strategic && name === 'finalizers' && Array.isArray(value) && Array.isArray(current))
    return [...new Set([...(current as unknown[]), ...(value as unknown[])])];
  return merged(current, value, strategic);
}

function dropFromList(fields: Map<string, unknown>, directive: string, value: unknown): void {
  const list = /^\$deleteFromPrimitiveList\/(.+)$/.exec(directive)?.[1];
  const now = list === undefined ? undefined : fields.get(list);
  if (list === undefined || !Array.isArray(now) || !Array.isArray(value)) return;
  fields.set(
    list,
    now.filter((entry) => !value.includes(entry)),
  );
}

function jsonPatched(current: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch) || !patch.every((step) => isObject(step) && typeof step['op'] === 'string'))
    return refuse('a patch of type json is a list of operations, each with op and path');
  const copy: unknown = structuredClone(current);
  try {
    const failures = applyPatch(copy, patch as Parameters<typeof applyPatch>[1]);
    const at = failures.findIndex((failure) => failure !== null);
    if (at >= 0)
      refuse(`operation ${at + 1} of the patch: ${failures[at]?.message || failures[at]?.name || 'failed'}`);
  } catch (error) {
    // What the library throws for pointers that are none.
    if (error instanceof TortieError || !(error instanceof Error)) throw error;
    refuse(`the patch cannot be applied: ${error.message}`);
  }
  return copy;
}
