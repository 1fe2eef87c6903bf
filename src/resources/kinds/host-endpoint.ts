// HostEndpoint: an interface of a node, or all of them, as a subject of policy.
import * as z from 'zod';
import { invalid, rules, some } from '../cel/cel.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';
import { always, set } from '../schema.ts';
import { address } from '../scalars/net.ts';
import { interfaceOrAll, name } from '../scalars/names.ts';
import { hostEndpointPort } from './endpoint-port.ts';

const HOST_ENDPOINT_RULES = rules(
  invalid('node must be specified', some('node')),
  invalid(
    'at least one of interfaceName or expectedIPs must be specified',
    `${some('interfaceName')} || ${some('expectedIPs')}`,
  ),
);

export const hostEndpointSpec = z
  .strictObject({
    node: name
      .max(253)
      .min(1, 'node must be specified')
      // The API server is to say the same.
      .meta({ 'x-crd': { type: 'string', maxLength: 253 }, 'x-crd-optional': true })
      .describe('The node that the interface belongs to.'),
    interfaceName: interfaceOrAll
      .max(15)
      .optional()
      .describe('Name of the interface, or `*` for all traffic of the host.'),
    expectedIPs: set(address)
      .optional()
      .describe('Addresses of the interface; they find it when it is not named.'),
    profiles: set(name).optional().describe('Profiles, judged in this order if no tier decided.'),
    ports: z.array(hostEndpointPort).optional().describe('Ports that rules may call by name.'),
  })
  .check(
    always((value, report) => {
      const { interfaceName, expectedIPs } = fieldsOf(value);
      if (textOf(interfaceName) === undefined && listOf(expectedIPs).length === 0) {
        report({ message: 'at least one of interfaceName or expectedIPs must be specified' });
      }
    }),
  )
  .meta(HOST_ENDPOINT_RULES);

export type HostEndpointSpec = z.output<typeof hostEndpointSpec>;
