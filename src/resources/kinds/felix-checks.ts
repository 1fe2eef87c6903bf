// What the fields of a FelixConfiguration demand beyond their types.
import { fieldsOf, listOf } from '../fields.ts';
import { type Report } from '../schema.ts';

/** Beyond this many tables the kernel is asked too much. */
const MOST_TABLES = 65_535;
const MOST_INDEX = 4_294_967_295;

export function checkFelix(value: unknown, report: Report): void {
  const spec = fieldsOf(value);
  if (spec['routeTableRange'] !== undefined && spec['routeTableRanges'] !== undefined) {
    const message = 'routeTableRange and routeTableRanges cannot both be set';
    report({ message, path: ['routeTableRange'] });
  }
  checkRange(spec['routeTableRange'], report);
  checkRanges(listOf(spec['routeTableRanges']), report);
  listOf(spec['kubeNodePortRanges']).forEach((entry, index) => {
    if (fieldsOf(entry)['kind'] !== 'name') return;
    report({
      message: 'node port ranges should not contain named ports',
      path: ['kubeNodePortRanges', index],
    });
  });
}

function bounds(range: unknown): readonly [number, number] | undefined {
  const { min, max } = fieldsOf(range);
  return typeof min === 'number' && typeof max === 'number' ? [min, max] : undefined;
}

function checkRange(range: unknown, report: Report): void {
  const [min, max] = bounds(range) ?? [1, 1];
  if (min >= 1 && min <= max && max <= 250) return;
  report({
    message: 'must be a range of route table indices within 1..250',
    path: ['routeTableRange'],
  });
}

function checkRanges(ranges: readonly unknown[], report: Report): void {
  let total = 0;
  ranges.forEach((range, index) => {
    const [min, max] = bounds(range) ?? [1, 1];
    const complain = (message: string) => report({ message, path: ['routeTableRanges', index] });
    if (min < 1) complain('cannot target indices < 1');
    else if (min > max) complain('min value cannot be greater than max value');
    else if (max > MOST_INDEX) complain('max index too high');
    else total += max - min + 1;
  });
  if (total > MOST_TABLES) report({ message: 'targets too many tables', path: ['routeTableRanges'] });
}
