import { once } from 'node:events';
import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Before a statement is passed on: lets it pass, or ends its connection and that of all that follow, as a kill does. */
export type Gate = (sql: string) => 'pass' | 'cut' | Promise<'pass' | 'cut'>;

/** An HTTP proxy before a ClickHouse, which sees each statement before the server does. */
export interface StatementProxy extends AsyncDisposable {
  readonly port: number;
  /** Asked from now on; null to let everything pass. Connections work again. */
  guard(gate: Gate | null): void;
  /** Puts another text in a statement's place; null to pass each on as it is. */
  rewrite(change: ((sql: string) => string) | null): void;
}

export async function startStatementProxy(port: number): Promise<StatementProxy> {
  let gate: Gate | null = null;
  let change: ((sql: string) => string) | null = null;
  let isCut = false;
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams.get('query');
    if (!isCut && gate !== null) isCut = (await gate(query ?? body.toString('utf8'))) === 'cut';
    if (isCut) {
      request.socket.destroy();
      return;
    }
    const { method, url } = request;
    const { 'transfer-encoding': _chunked, ...headers } = request.headers;
    const sent = change !== null && query === null ? Buffer.from(change(body.toString('utf8'))) : body;
    const upstream = send({
      host: '127.0.0.1',
      port,
      method,
      path: url,
      headers: { ...headers, 'content-length': sent.length },
    });
    upstream.end(sent);
    const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    response.end(await buffer(answer));
  };
  const server = createServer((request, response) => {
    void pass(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    guard(next) {
      gate = next;
      isCut = false;
    },
    rewrite(next) {
      change = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
