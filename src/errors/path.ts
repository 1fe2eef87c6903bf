// Field paths as people write them.
import type { Path } from './problem.ts';

/** `spec.ingress[0].source`; a key that is no plain name is quoted: `metadata.labels["a/b"]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[A-Za-z_$][\w$-]*$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
