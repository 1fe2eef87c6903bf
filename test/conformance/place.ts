// The lab of all suites: the pods of every cluster, one Calico workload, two uplinks.
import { labFacts, type LabSpec } from '../lab/plan.ts';
import { addressOf, EVERYBODY, objectsOf } from './cluster.ts';
import { HOST, LONER, LONER_INTERFACE, SECOND_HOST, SECOND_UPLINK } from './calico/ends.ts';
import { compile, interfacesOf } from './compile.ts';

const LONE = {
  interface: LONER_INTERFACE,
  routes: [`${LONER[4]}/32`, `${LONER[6]}/128`],
};

export async function place(): Promise<LabSpec> {
  const interfaces = interfacesOf(await compile(objectsOf(EVERYBODY)));
  const pods = [...EVERYBODY.pods.keys()].map((pod) => {
    const name = interfaces.get(addressOf(pod, 4));
    if (name === undefined) throw new Error(`${pod} has no interface`);
    return { interface: name, routes: [`${addressOf(pod, 4)}/32`, `${addressOf(pod, 6)}/128`] };
  });
  return {
    name: 'conf',
    workloads: [...pods, LONE],
    nodeAddresses: [`${HOST[4]}/32`, `${HOST[6]}/128`],
    uplinks: [
      {
        interface: SECOND_UPLINK,
        routes: ['203.0.113.0/24', '2001:db8:77::/48'],
        addresses: [`${SECOND_HOST[4]}/32`, `${SECOND_HOST[6]}/128`],
      },
    ],
  };
}

export const factsOf = labFacts;
