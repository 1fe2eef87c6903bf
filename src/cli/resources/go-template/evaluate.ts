// A template's tree and data to text. Pure.
import type { Command, Expression, Node, Pipeline } from './ast.ts';
import { type Fail, failIn, type Source } from './fault.ts';
import { FUNCTIONS, type Settings } from './functions.ts';
import { entriesOf, fieldOf, isObject, isTrue, itemOf, printed, value, type Value } from './values.ts';
import { FLOAT } from './shapes.ts';
import { CallError, typeName } from './printf.ts';

export interface Execution extends Settings {
  readonly source: Source;
  /** Makes a value's text fit for where it goes. */
  readonly clean: (text: string) => string;
}

type Flow = 'break' | 'continue' | undefined;

/** Throws TortieError. */
export function evaluate(nodes: readonly Node[], data: Value, execution: Execution): string {
  const run = createRun(data, execution, failIn(execution.source));
  run.all(nodes, data);
  return run.text();
}

function createRun(data: Value, { clean, ...settings }: Execution, fail: Fail) {
  const out: string[] = [];
  const variables: { readonly name: string; value: Value }[] = [{ name: '', value: data }];

  /** Answers what a range has to do next. */
  const all = (nodes: readonly Node[], dot: Value): Flow => {
    for (const node of nodes) {
      const flow = one(node, dot);
      if (flow) return flow;
    }
    return undefined;
  };

  const one = (node: Node, dot: Value): Flow => {
    switch (node.type) {
      case 'text':
        out.push(node.text);
        return undefined;
      case 'output': {
        const result = pipeline(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) out.push(clean(printed(result)));
        return undefined;
      }
      case 'break':
      case 'continue':
        return node.type;
      default:
        return scoped(() => block(node, dot));
    }
  };

  /** What is declared inside ends with it. */
  const scoped = (work: () => Flow): Flow => {
    const visible = variables.length;
    const flow = work();
    variables.length = visible;
    return flow;
  };

  const block = (node: Extract<Node, { type: 'if' | 'with' | 'range' }>, dot: Value): Flow => {
    if (node.type === 'range') return range(node, commands(node.pipeline, dot), dot);
    const result = pipeline(node.pipeline, dot);
    if (!isTrue(result)) return all(node.otherwise, dot);
    return all(node.body, node.type === 'with' ? result : dot);
  };

  const range = (node: Extract<Node, { type: 'if' | 'with' | 'range' }>, over: Value, dot: Value): Flow => {
    const steps = stepsOf(over) ?? fail(node.pipeline, `range can't iterate over ${printed(over)}`);
    if (steps.length === 0) return all(node.otherwise, dot);
    const { variables: names, assigns } = node.pipeline;
    for (const [key, item] of steps) {
      const given = names.length === 2 ? [key, item] : [item];
      let flow: Flow;
      scoped(() => {
        names.forEach((name, index) => set(name, given[index] ?? value(undefined), assigns));
        flow = all(node.body, item);
        return undefined;
      });
      if (flow === 'break') break;
    }
    return undefined;
  };

  const set = (name: string, to: Value, assigns: boolean): void => {
    const known = assigns ? variables.findLast((each) => each.name === name) : undefined;
    if (known) known.value = to;
    else variables.push({ name, value: to });
  };

  const commands = (of: Pipeline, dot: Value): Value => {
    let result: Value | undefined;
    for (const each of of.commands) result = command(each, dot, result);
    return result ?? value(undefined);
  };

  const pipeline = (of: Pipeline, dot: Value): Value => {
    const result = commands(of, dot);
    for (const name of of.variables) set(name, result, of.assigns);
    return result;
  };

  const command = ({ operands }: Command, dot: Value, last: Value | undefined): Value => {
    const [first, ...rest] = operands;
    if (first === undefined) return value(undefined);
    if (first.type === 'function') return call(first, rest, dot, last);
    if (rest.length > 0 || last !== undefined) return fail(first, "can't give argument to non-function");
    if (first.type === 'literal' && first.value === null) return fail(first, 'nil is not a command');
    return expression(first, dot);
  };

  const call = (
    name: Extract<Expression, { type: 'function' }>,
    operands: readonly Expression[],
    dot: Value,
    last: Value | undefined,
  ): Value => {
    const called =
      FUNCTIONS.get(name.name) ?? fail(name, `function ${JSON.stringify(name.name)} not defined`);
    const count = operands.length + (last === undefined ? 0 : 1);
    if (count < called.least || count > called.most) {
      const wanted = called.most === called.least ? String(called.least) : `at least ${called.least}`;
      return fail(name, `wrong number of args for ${name.name}: want ${wanted} got ${count}`);
    }
    if (name.name === 'and' || name.name === 'or') {
      // The first that decides, and nothing behind it is looked at.
      let result = value(undefined);
      for (const operand of operands) {
        result = expression(operand, dot);
        if (isTrue(result) === (name.name === 'or')) return result;
      }
      return last ?? result;
    }
    const given = [...operands.map((each) => expression(each, dot)), ...(last === undefined ? [] : [last])];
    try {
      return called.call(given, settings);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return fail(name, `error calling ${name.name}: ${error.message}`);
    }
  };

  const expression = (of: Expression, dot: Value): Value => {
    switch (of.type) {
      case 'literal':
        return { value: of.value, ...(of.float && { shape: FLOAT }) };
      case 'dot':
        return dot;
      case 'variable':
        return (
          variables.findLast(({ name }) => name === of.name)?.value ??
          fail(of, `undefined variable "$${of.name}"`)
        );
      case 'pipeline':
        return pipeline(of.pipeline, dot);
      case 'function':
        return call(of, [], dot, undefined);
      default: {
        const base = expression(of.of, dot);
        if (base.value === null) return fail(of, `nil pointer evaluating .${of.name}`);
        return fieldOf(base, of.name) ?? noField(of, of.name, base);
      }
    }
  };

  const noField = (of: Expression, name: string, base: Value): never =>
    fail(
      of,
      `can't evaluate field ${name} in type ${typeName(base)}`,
      base === data
        ? 'as in calicoctl the template gets a list of results: {{range .}}…{{end}}, and in it .Items of a whole kind'
        : undefined,
    );

  return { all, text: () => out.join('') };
}

/** Of a range over a number. */
const MOST_STEPS = 1_000_000;

/** Undefined: there is nothing to go through. */
function stepsOf(over: Value): readonly (readonly [key: Value, item: Value])[] | undefined {
  const { value: it } = over;
  if (it === null || it === undefined) return [];
  if (Array.isArray(it)) return it.map((_, index) => [value(index), itemOf(over, index)]);
  if (typeof it === 'number' && Number.isInteger(it) && it <= MOST_STEPS)
    return Array.from({ length: Math.max(0, it) }, (_, index) => [value(index), value(index)]);
  if (isObject(it) && over.shape?.type !== 'struct')
    return entriesOf(it).map(([key, item]) => [value(key), value(item)]);
  return undefined;
}
