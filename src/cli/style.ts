// Colour or not, and the few colours in use. `--color` decides; else NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE; else
// whether the stream is a terminal.
import pc from 'picocolors';
import type { Io, Output } from './io.ts';

export type When = 'auto' | 'always' | 'never';
export type Style = ReturnType<typeof pc.createColors>;

export function wantsColor(when: When, env: Io['env'], stream: Output): boolean {
  if (when !== 'auto') return when === 'always';
  const set = (name: string) => (env.get(name) ?? '') !== '';
  if (set('NO_COLOR')) return false;
  for (const name of ['FORCE_COLOR', 'CLICOLOR_FORCE']) if (set(name)) return env.get(name) !== '0';
  return stream.isTTY && env.get('TERM') !== 'dumb';
}

export const styleOf = (color: boolean): Style => pc.createColors(color);
