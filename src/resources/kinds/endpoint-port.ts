// Named ports of host endpoints and workload endpoints, which rules refer to by name.
import * as z from 'zod';
import { fieldsOf } from '../fields.ts';
import { always } from '../schema.ts';
import { net } from '../scalars/net.ts';
import { portName, portNumber } from '../scalars/port.ts';
import { decodeProtocol, hasPorts, protocol } from '../scalars/protocol.ts';

function portProtocol(message: string) {
  return protocol.check(
    always((value, report) => {
      if (typeof value !== 'number' && typeof value !== 'string') return;
      const decoded = decodeProtocol(value);
      if ('value' in decoded && !hasPorts(decoded.value)) report({ message });
    }),
  );
}

export const hostEndpointPort = z.strictObject({
  name: portName.describe('Name of the port.'),
  protocol: portProtocol('EndpointPort protocol does not support ports.').describe('TCP, UDP or SCTP.'),
  port: portNumber.describe('Number of the port.'),
});

const NEEDS_NAME = 'WorkloadEndpointPort name must not be empty if no HostPort is specified';

export const workloadEndpointPort = z
  .strictObject({
    name: z
      .union([z.literal(''), portName])
      .optional()
      .describe('Name of the port.'),
    protocol: portProtocol('WorkloadEndpointPort protocol does not support ports.').describe(
      'TCP, UDP or SCTP.',
    ),
    port: portNumber.describe('Number of the port.'),
    hostPort: z.int().min(0).max(65535).optional().describe('Port of the host that leads to it.'),
    hostIP: net.optional().describe('Address of the host to which hostPort is bound.'),
  })
  .check(
    always((value, report) => {
      const { name, hostPort } = fieldsOf(value);
      if (!name && !hostPort) report({ message: NEEDS_NAME, path: ['name'] });
    }),
  );

export type WorkloadEndpointPort = z.output<typeof workloadEndpointPort>;
