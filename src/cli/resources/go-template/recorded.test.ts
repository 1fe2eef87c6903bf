// What Go 1.26's text/template made of these templates with the same data and calicoctl's functions, one line each:
// the template and its output, or null and Go's error.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { TortieError } from '../../../errors/index.ts';
import { compileTemplate } from './index.ts';

type Recorded = readonly [template: string, output: string | null, error?: string];

const RECORDED = readFileSync(fileURLToPath(new URL('testing/go-1.26.jsonl', import.meta.url)), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const apiVersion = 'projectcalico.org/v3';
const pool = (name: string, spec: object, labels?: object) => ({
  kind: 'IPPool',
  apiVersion,
  metadata: { name, ...(labels && { labels }) },
  spec: { blockSize: 26, assignmentMode: 'Automatic', ...spec },
});
const tier = (name: string, order?: number) => ({
  kind: 'Tier',
  apiVersion,
  metadata: { name },
  spec: { order },
});

const DATA = [
  {
    kind: 'IPPoolList',
    apiVersion,
    metadata: { resourceVersion: '7' },
    items: [
      pool(
        'a',
        { cidr: '10.0.0.0/16', natOutgoing: true, allowedUses: ['Workload', 'Tunnel'] },
        { zone: 'b', app: 'x' },
      ),
      pool('b', { cidr: '10.1.0.0/16', disabled: true, allowedUses: ['Workload'] }),
    ],
  },
  tier('t', 100),
  tier('big', 1e6),
  tier('none'),
];

const printed = (text: string): string | null => {
  try {
    return compileTemplate({ name: 't', text }).print(DATA, { asNumber: '64512' });
  } catch (error) {
    if (!(error instanceof TortieError)) throw error;
    return null;
  }
};

it.each(RECORDED.map(([template, output]) => ({ template, output })))('$template', ({ template, output }) => {
  expect(printed(template)).toBe(output);
});
