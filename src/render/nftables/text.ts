// Statements as nft text.
import { protocolName } from '../../net/index.ts';
import type { RuleLine } from '../ruleset.ts';
import { quoted } from './quote.ts';
import type { Expression, Statement, Value } from './statement.ts';

/** One rule; `comment` and `rule` are taken over. */
export function ruleLine(
  expr: readonly Statement[],
  about: Pick<RuleLine, 'comment' | 'rule'> = {},
): RuleLine {
  const text = expr.map(statementText).join(' ');
  const { comment, rule } = about;
  // Most rules have both; spelt out, since a spread is slow here, where all rules pass.
  return comment === undefined || rule === undefined
    ? { text, ...about, expr }
    : { text, comment, rule, expr };
}

export function statementText(statement: Statement): string {
  if ('match' in statement) {
    const { op, left, right } = statement.match;
    // nft would take a bit test without an operator for a test of any of the bits.
    const operator = op === '!=' || '&' in left ? `${op} ` : '';
    return `${expressionText(left)} ${operator}${valueText(left, right)}`;
  }
  if ('counter' in statement) return 'counter';
  if ('accept' in statement) return 'accept';
  if ('drop' in statement) return 'drop';
  if ('mangle' in statement) {
    return `${expressionText(statement.mangle.key)} set ${expressionText(statement.mangle.value)}`;
  }
  if ('vmap' in statement) return `${expressionText(statement.vmap.key)} vmap ${statement.vmap.data}`;
  if ('log' in statement) {
    const { prefix, level, group } = statement.log;
    const where = group === undefined ? `level ${level ?? 'info'}` : `group ${group}`;
    return `log prefix ${quoted(prefix)} ${where}`;
  }
  if ('masquerade' in statement) return natText('masquerade', statement.masquerade);
  if ('snat' in statement) return natText('snat ip', statement.snat);
  if ('jump' in statement) return `jump ${statement.jump.target}`;
  if ('goto' in statement) return `goto ${statement.goto.target}`;
  // What is left has nothing but its name.
  return Object.keys(statement)[0] ?? '';
}

function expressionText(expression: Expression): string {
  if ('meta' in expression) {
    const { key } = expression.meta;
    return key === 'iif' || key === 'iifname' || key === 'oifname' ? key : `meta ${key}`;
  }
  if ('ct' in expression) return `ct ${expression.ct.key}`;
  if ('payload' in expression) return `${expression.payload.protocol} ${expression.payload.field}`;
  if ('fib' in expression) return `fib ${expression.fib.flags.join(' . ')} ${expression.fib.result}`;
  if ('concat' in expression) return expression.concat.map(expressionText).join(' . ');
  const [operator, [operand, bits]] = '&' in expression ? ['&', expression['&']] : ['|', expression['|']];
  return `${expressionText(operand)} ${operator} ${hex(bits)}`;
}

type Nat = { readonly addr?: string } & Extract<Statement, { masquerade: unknown }>['masquerade'];

function natText(verb: string, { addr = '', port, flags }: Nat): string {
  const ports = port === undefined ? '' : `:${typeof port === 'number' ? port : port.range.join('-')}`;
  const to = addr + ports;
  return `${verb}${to === '' ? '' : ` to ${to}`} ${flags}`;
}

function valueText(left: Expression, right: Value): string {
  const key = 'meta' in left ? left.meta.key : undefined;
  if (typeof right === 'number') return key === 'l4proto' ? protocolName(right) : String(right);
  if (typeof right === 'string') {
    const name = (key === 'iifname' || key === 'oifname') && !right.startsWith('@');
    return name ? quoted(right) : right;
  }
  if ('prefix' in right) return `${right.prefix.addr}/${right.prefix.len}`;
  if ('range' in right) return right.range.join('-');
  return right.join(',');
}

function hex(bits: number): string {
  return `0x${bits.toString(16).padStart(8, '0')}`;
}
