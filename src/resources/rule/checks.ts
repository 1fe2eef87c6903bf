// stub
import type { Report } from '../schema.ts';
export function checkRule(_value: unknown, _report: Report): void {}
export function checkDirections(_global: boolean) {
  return (_value: unknown, _report: Report): void => {};
}
