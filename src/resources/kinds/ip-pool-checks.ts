// stub
import type { Report } from '../schema.ts';
export function checkPool(_value: unknown, _report: Report): void {}
