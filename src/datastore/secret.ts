// A text that no log, no error and no JSON shows: it comes out only where somebody asks for it by name.
import { inspect } from 'node:util';

export interface Secret {
  readonly reveal: () => string;
}

const HIDDEN = '(hidden)';

export function secret(text: string): Secret {
  const hidden = () => HIDDEN;
  return Object.freeze({
    reveal: () => text,
    toString: hidden,
    toJSON: hidden,
    [inspect.custom]: hidden,
  });
}
