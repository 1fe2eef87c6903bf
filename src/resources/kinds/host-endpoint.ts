// HostEndpoint: an interface of a node, or all of them, as a subject of policy.
import * as z from 'zod';
import { always, fieldsOf, listOf, set, textOf } from '../schema.ts';
import { address } from '../scalars/net.ts';
import { interfaceOrAll, name } from '../scalars/names.ts';
import { hostEndpointPort } from './endpoint-port.ts';

export const hostEndpointSpec = z
  .strictObject({
    node: name.min(1, 'node must be specified'),
    interfaceName: interfaceOrAll.optional(),
    expectedIPs: set(address).optional(),
    profiles: set(name).optional(),
    ports: z.array(hostEndpointPort).optional(),
  })
  .check(
    always((value, report) => {
      const { interfaceName, expectedIPs } = fieldsOf(value);
      if (textOf(interfaceName) === undefined && listOf(expectedIPs).length === 0) {
        report({ message: 'at least one of interfaceName or expectedIPs must be specified' });
      }
    }),
  );

export type HostEndpointSpec = z.output<typeof hostEndpointSpec>;
