// A store over a server that answers as it is told, for tests of what servers can do to a client.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { KubernetesConfig } from '../config-types.ts';
import type { Datastore } from '../index.ts';
import type { ApiOptions } from './connect.ts';
import { createKubernetesDatastore } from './index.ts';

export type Answer = (request: IncomingMessage, answer: ServerResponse) => void;

const open: { close(): Promise<unknown> }[] = [];

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const each of open.splice(0).toReversed()) await each.close();
}

/** A store whose server answers as `answers` say, one after the other, the last for ever. */
export async function storeOf(
  ...answers: readonly Answer[]
): Promise<{ store: Datastore; requests: string[] }> {
  return storeWith({ apiGroup: 'crd.projectcalico.org/v1' }, answers);
}

export async function storeWith(
  config: Partial<KubernetesConfig>,
  answers: readonly Answer[],
  { times, ...options }: ApiOptions = {},
): Promise<{ store: Datastore; requests: string[]; connections: () => number }> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, answer) => {
    requests.push(`${request.method} ${request.url}`);
    answers[Math.min(requests.length, answers.length) - 1]?.(request, answer);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push({
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(done));
    },
  });
  const store = createKubernetesDatastore(
    {
      datastoreType: 'kubernetes',
      kubeconfig: [],
      apiEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      insecureSkipTlsVerify: false,
      disableNodePoll: false,
      usePodCidr: false,
      ...config,
    },
    { times: { answer: 700, silence: 700, ...times }, ...options },
  );
  open.push(store);
  return { store, requests, connections: () => sockets.size };
}

export const json =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, answer) => {
    answer.writeHead(status, { 'content-type': 'application/json', ...headers });
    answer.end(JSON.stringify(value));
  };
export const status = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  code,
  reason,
  message,
});
