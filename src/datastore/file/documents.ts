// One file's text as documents: plain data, what is wrong with it, and positions. JSON goes through JSON.parse, which is
// many times faster; everything else is YAML.
import { Composer, type Document, Parser, type YAMLError } from 'yaml';
import { type Place, type Problem, problem } from '../../errors/problem.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import { duplicateJsonKeys, jsonPositions } from './json-positions.ts';
import type { TextSpan } from './lines.ts';
import type { Positions } from './positions.ts';
import { YAML_OPTIONS } from './yaml-options.ts';
import { itemChunks } from './yaml-items.ts';
import { yamlPositions } from './yaml-nodes.ts';

export interface TextDocument {
  /** Where to find it again: see `reread`. */
  readonly origin: DocumentOrigin;
  /** Absent when the text does not parse, or holds nothing. */
  readonly value?: unknown;
  /** What is read may not be what was meant (a duplicate key): look for more problems, then drop it. */
  readonly doubtful: boolean;
  readonly problems: readonly Problem[];
  readonly positions: Positions;
}

export interface DocumentOrigin extends Chunk {
  readonly syntax: 'json' | 'yaml';
  /** Among the documents of the chunk. */
  readonly index: number;
  /** How many `items` it has, where that is known. */
  readonly items?: number | undefined;
}

/** A faster reader of one chunk; undefined when it is not sure. */
export type BulkReader = (text: string, chunk: Chunk) => { readonly value: unknown } | undefined;

/** With a `bulk` reader, the other one is only asked for what that cannot read, and for places. */
export function* readDocuments(
  text: string,
  placeOf: (span: TextSpan) => Place,
  bulk?: BulkReader,
): Generator<TextDocument> {
  const json = readJson(text, placeOf);
  if (json) {
    yield json;
    return;
  }
  for (const chunk of chunksOf(text)) {
    const quick = bulk?.(text, chunk);
    if (quick) {
      const value = quick.value ?? undefined;
      const origin: DocumentOrigin = { ...chunk, syntax: 'yaml', index: 0, items: itemCount(value) };
      yield { origin, value, doubtful: false, problems: [], positions: reread(text, origin) };
      continue;
    }
    let index = 0;
    // What is missing at the end of a document is shown there, not at the marker of the next one.
    const within = (span: TextSpan) => {
      const last = chunk.start + text.slice(chunk.start, chunk.end).trimEnd().length;
      return placeOf({ start: Math.min(span.start, last), end: span.end });
    };
    for (const document of compose(text, chunk)) {
      const read = readYaml(document, { ...chunk, syntax: 'yaml', index: index++ }, text, within);
      const slow = bulk !== undefined && index === 1 && chunk.end - chunk.start >= SLOW && !read.doubtful;
      yield slow ? { ...read, problems: [...read.problems, slowly(chunk, placeOf)] } : read;
    }
  }
}

/** Positions in a document that was read before; of a long list only the item asked for is read. */
export function reread(text: string, origin: DocumentOrigin): Positions {
  if (origin.syntax === 'json') return jsonPositions(text);
  const whole = once(() => {
    const document = [...compose(text, origin)][origin.index];
    return document ? yamlPositions(document, origin.start) : NOWHERE;
  });
  const chunks = once(() => (origin.end - origin.start < LONG ? undefined : itemChunks(text, origin)));
  let last: { index: number; positions: Positions } | undefined;
  return (path) => {
    const [field, index, ...rest] = path;
    const found = field === 'items' && typeof index === 'number' ? chunks() : undefined;
    const chunk = found && found.length === origin.items ? found[Number(index)] : undefined;
    if (!chunk || typeof index !== 'number') return whole()(path);
    if (last?.index !== index) {
      const [document] = compose(text, chunk);
      last = { index, positions: document ? yamlPositions(document, chunk.start) : NOWHERE };
    }
    return last.positions([0, ...rest]);
  };
}

/** The reader of everything takes about a second for a megabyte. */
const SLOW = 2 * 1024 * 1024;

function slowly({ start, end }: Chunk, placeOf: (span: TextSpan) => Place): Problem {
  const megabytes = ((end - start) / 1e6).toFixed(0);
  return problem('yaml/slow', `${megabytes} MB of YAML that only the slow reader can read`, {
    severity: 'warning',
    place: placeOf({ start, end: start }),
    hint: 'anchors, aliases, tags, merge keys and null keys do that; JSON, and what kubectl prints, is read many times faster',
  });
}

const LONG = 64 * 1024;
const NOWHERE: Positions = () => ({ collection: false, complete: false });

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function itemCount(value: unknown): number | undefined {
  const items: unknown = (value as { items?: unknown } | undefined)?.items;
  return Array.isArray(items) ? items.length : undefined;
}

function readJson(text: string, placeOf: (span: TextSpan) => Place): TextDocument | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const problems = duplicateJsonKeys(text, value).map(({ span }) => duplicateKey(placeOf(span)));
    const origin: DocumentOrigin = { start: 0, end: text.length, syntax: 'json', index: 0 };
    return { origin, value, doubtful: problems.length > 0, problems, positions: jsonPositions(text) };
  } catch {
    // Flow style YAML begins in the same way; and its reader names the place of what is wrong.
    return undefined;
  }
}

function compose(text: string, { start, end }: Chunk): Generator<Document.Parsed> {
  const source = text.slice(start, end);
  return new Composer(YAML_OPTIONS).compose(
    new Parser().parse(source),
    false,
    source.length,
  ) as Generator<Document.Parsed>;
}

function duplicateKey(place: Place): Problem {
  return problem('yaml/duplicate-key', 'map keys must be unique', { place });
}

function readYaml(
  document: Document.Parsed,
  origin: DocumentOrigin,
  text: string,
  placeOf: (span: TextSpan) => Place,
): TextDocument {
  const place = ([start, end]: readonly [number, number]) =>
    placeOf({ start: origin.start + start, end: origin.start + end });
  const errors = document.errors.map((error) => withWholeKey(error, text, origin.start));
  const problems = [...yamlProblems(errors, place), ...tagProblems(document.warnings, place)];
  const positions = yamlPositions(document, origin.start);
  const duplicates = errors.filter((error) => error.code === 'DUPLICATE_KEY').length;
  if (errors.length > duplicates) return { origin, doubtful: true, problems, positions };
  try {
    // Empty text between markers is a null; it holds nothing.
    const value: unknown = document.toJS() ?? undefined;
    return { origin, value, doubtful: duplicates > 0, problems, positions };
  } catch (error) {
    problems.push(aliasProblem(error, place([document.range[0], document.range[0]])));
    return { origin, doubtful: true, problems, positions };
  }
}

type Complaint = Pick<YAMLError, 'code' | 'message' | 'pos'>;

const KEY = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^:\s,}]+/y;

/** The reader names the first character of a duplicate key. */
function withWholeKey({ code, message, pos }: Complaint, text: string, offset: number): Complaint {
  if (code !== 'DUPLICATE_KEY') return { code, message, pos };
  KEY.lastIndex = offset + pos[0];
  return { code, message, pos: [pos[0], pos[0] + (KEY.exec(text)?.[0].length ?? 1)] };
}

function yamlProblems(
  errors: readonly Complaint[],
  place: (pos: readonly [number, number]) => Place,
): Problem[] {
  // The reader gave up at a nesting beyond its stack; what it says after that is an echo.
  const exhausted = errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
  if (exhausted) return [problem('yaml/too-deep', 'nested too deeply', { place: place(exhausted.pos) })];
  return errors.map((error) =>
    error.code === 'DUPLICATE_KEY'
      ? duplicateKey(place(error.pos))
      : problem('yaml/syntax', firstLine(error.message), { place: place(error.pos) }),
  );
}

function tagProblems(
  warnings: readonly Complaint[],
  place: (pos: readonly [number, number]) => Place,
): Problem[] {
  return warnings.map(({ message, pos }) => ({
    ...problem('yaml/tag', firstLine(message), { place: place(pos) }),
    severity: 'warning',
  }));
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/\.$/, '');
}

function aliasProblem(error: unknown, place: Place): Problem {
  const message = error instanceof Error ? firstLine(error.message) : String(error);
  if (message.startsWith('Excessive alias count')) {
    const hint = 'write the repeated part out, or use fewer aliases';
    return problem('yaml/alias-bomb', 'aliases expand to too much data', { place, hint });
  }
  if (error instanceof RangeError) return problem('yaml/too-deep', 'nested too deeply', { place });
  return problem('yaml/syntax', message, { place });
}
