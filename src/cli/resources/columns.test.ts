// Columns that calicoctl cannot show.
import { expect, it } from 'vitest';
import { object, stored } from './testing.ts';

it('the addresses that an endpoint is known by outside, where calicoctl panics', async () => {
  const spec = {
    orchestrator: 'k8s',
    node: 'n',
    pod: 'p',
    endpoint: 'eth0',
    interfaceName: 'cali1',
    ipNetworks: ['10.0.0.1/32', 'fd00::1/128'],
    ipNATs: [
      { internalIP: '10.0.0.1', externalIP: '203.0.113.50' },
      { internalIP: 'fd00::1', externalIP: '2001:db8::50' },
    ],
  };
  const { run } = await stored(object('WorkloadEndpoint', 'n-k8s-p-eth0', spec, { namespace: 'default' }));
  const { stdout } = await run('get wep n-k8s-p-eth0 -o custom-columns=NAME,NETWORKS,NATS');
  expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
    'NAME           NETWORKS                  NATS',
    'n-k8s-p-eth0   10.0.0.1/32,fd00::1/128   203.0.113.50->10.0.0.1,2001:db8::50->fd00::1',
    '',
    '',
  ]);
});
