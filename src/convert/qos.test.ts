// Limits of pods: what a quantity is, ranges, and what belongs together. What Calico made of recorded pods: pod.test.ts.
import { describe, expect, it } from 'vitest';
import type { Problem } from '../errors/problem.ts';
import { qosControls } from './qos.ts';
import { parseQuantity } from './quantity.ts';
import { faults } from './testing/read.ts';

describe('a quantity', () => {
  it.each([
    ['10', 10n],
    ['+1.5k', 1_500n],
    ['1.0001', 2n],
    ['.5', 1n],
    ['5.', 5n],
    ['4Gi', 4_294_967_296n],
    ['1.5Ki', 1_536n],
    ['2e3', 2_000n],
    ['2E3', 2_000n],
    ['2E', 2n * 10n ** 18n],
    ['1500m', 2n],
    ['1n', 1n],
    ['-1.5', -2n],
    ['1e999999999', 10n ** 30n],
    ['1e-999999999', 1n],
    ['0', 0n],
  ])('%s', (text, value) => expect(parseQuantity(text)).toBe(value));

  it.each(['', 'zero', '10 M', '10K', '1ki', '0x10', '1_000', '10Mi ', '1e', 'k', '.', '1.2.3', '∞'])(
    '%j is none',
    (text) => expect(parseQuantity(text)).toBeUndefined(),
  );
});

function read(annotations: Readonly<Record<string, string>>) {
  const problems: Problem[] = [];
  const value = qosControls(new Map(Object.entries(annotations)), problems);
  expect(problems.every(({ severity }) => severity === 'warning')).toBe(true);
  return { value, faults: faults(problems).map((text) => text.replace('metadata.annotations.', '')) };
}
const Q = 'qos.projectcalico.org/';

describe('limits', () => {
  it.each([
    ['Bandwidth', 1_000, 1e15],
    ['MaxConnections', 1, 4_294_967_295],
    ['PacketRate', 1, 10_000],
  ])('%s counts as the nearest in its range', (limit, least, most) => {
    const [low, high] = ['0', '9e18'].map((text) => read({ [`${Q}egress${limit}`]: text }));
    expect([low?.value, high?.value]).toEqual([
      expect.objectContaining({ [`egress${limit}`]: least }),
      expect.objectContaining({ [`egress${limit}`]: most }),
    ]);
    expect(low?.faults).toEqual([
      `${Q}egress${limit}: "0" is not within ${least} and ${most}, and counts as ${least}`,
    ]);
  });

  it('of Burst, Peakrate, Minburst and PacketBurst have ends of their own', () => {
    const huge = ['Burst', 'Peakrate', 'Minburst', 'PacketBurst', 'PacketRate'].map((limit) => [
      `${Q}ingress${limit}`,
      '1E',
    ]);
    const { value } = read({ ...Object.fromEntries(huge), [`${Q}ingressBandwidth`]: '1P' });
    expect(value).toEqual({
      ingressBandwidth: 1e15,
      ingressBurst: 34_359_738_360,
      ingressPeakrate: 1.01e15,
      ingressMinburst: 1e8,
      ingressPacketRate: 10_000,
      ingressPacketBurst: 10_000,
    });
  });

  it("Calico's bandwidth has the last word, even where it cannot be read", () => {
    const both = (text: string) =>
      read({ 'kubernetes.io/ingress-bandwidth': '2M', [`${Q}ingressBandwidth`]: text });
    expect(both('3M').value).toMatchObject({ ingressBandwidth: 3_000_000 });
    expect(both('much')).toEqual({
      value: undefined,
      faults: [`${Q}ingressBandwidth: "much" is no quantity, and does not count`],
    });
  });

  it('that lack the one they belong to do not count', () => {
    expect(
      read({
        [`${Q}egressBurst`]: '1M',
        [`${Q}ingressBandwidth`]: '1M',
        [`${Q}ingressPeakrate`]: '1M',
        [`${Q}ingressMinburst`]: '2k',
        [`${Q}egressPacketBurst`]: '7',
      }),
    ).toEqual({
      value: { ingressBandwidth: 1_000_000, ingressBurst: 4_294_967_296 },
      faults: [
        `${Q}ingressPeakrate: does not count unless it is above ingressBandwidth`,
        `${Q}ingressMinburst: does not count without ingressPeakrate`,
        `${Q}egressBurst: does not count without egressBandwidth`,
        `${Q}egressPacketBurst: does not count without egressPacketRate`,
      ],
    });
  });

  it.each([
    ['10', 10],
    ['af11', 'AF11'],
    ['EF', 'EF'],
    ['0', 0],
    ['64', undefined],
    ['-1', undefined],
    ['CS7', undefined],
    ['', undefined],
  ])('DSCP %j', (text, dscp) => {
    const { value, faults: said } = read({ [`${Q}dscp`]: text });
    expect([value?.dscp, said]).toEqual([
      dscp,
      dscp === undefined ? [`${Q}dscp: ${JSON.stringify(text)} is no DSCP, and does not count`] : [],
    ]);
  });

  it('are absent where nothing asks for them', () => expect(read({ other: '1' }).value).toBeUndefined());
});
