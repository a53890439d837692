import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** A TCP proxy on the loopback interface that can misbehave as networks do. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Resets every connection; new ones pass. */
  cut(): void;
  /** Resets each connection as soon as the server has sent so many bytes on it from now on. */
  cutAfter(bytes: number): void;
  /** The same for the first connection that comes to it; all others pass. */
  cutOnceAfter(bytes: number): void;
  /** Swallows every byte of old and new connections and tells nobody. */
  stall(): void;
  /** Delays every chunk by so long. */
  delay(milliseconds: number): void;
  /** Puts another text of the same length in the place of one that a client sends. */
  replace(sent: string, passedOn: string): void;
  /** Passes everything again. What was swallowed stays lost, so old connections stay unusable. */
  resume(): void;
}

interface Mood {
  stalled: boolean;
  delayMillis: number;
  bytesLeft: number;
  once: boolean;
  replaced: { readonly sent: string; readonly passedOn: string } | null;
}

export async function startTcpProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const mood: Mood = { stalled: false, delayMillis: 0, bytesLeft: Infinity, once: false, replaced: null };
  let accepted = 0;
  const server = createServer((client) => {
    accepted += 1;
    const upstream = connect(target.port, target.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    forward(
      client,
      upstream,
      () => mood.stalled,
      mood.delayMillis,
      (chunk) => replaced(mood, chunk),
    );
    forward(upstream, client, (bytes) => mood.stalled || !allowed(mood, bytes, client), mood.delayMillis);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };

  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    cut: reset,
    cutAfter: (bytes) => {
      Object.assign(mood, { bytesLeft: bytes, once: false });
    },
    cutOnceAfter: (bytes) => {
      Object.assign(mood, { bytesLeft: bytes, once: true });
    },
    stall: () => {
      mood.stalled = true;
    },
    delay: (milliseconds) => {
      mood.delayMillis = milliseconds;
    },
    replace: (sent, passedOn) => {
      mood.replaced = { sent, passedOn };
    },
    resume: () => {
      Object.assign(mood, {
        stalled: false,
        delayMillis: 0,
        bytesLeft: Infinity,
        once: false,
        replaced: null,
      });
    },
    [Symbol.asyncDispose]: async () => {
      mood.stalled = false;
      reset();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Passes bytes on; `swallows` decides for each chunk. */
function forward(
  from: Socket,
  to: Socket,
  swallows: (bytes: number) => boolean,
  delayMillis: number,
  changed = (chunk: Buffer): Buffer => chunk,
): void {
  from.on('data', (chunk: Buffer) => {
    if (swallows(chunk.length)) return;
    if (delayMillis === 0) to.write(changed(chunk));
    else setTimeout(() => to.write(changed(chunk)), delayMillis);
  });
  from.on('error', () => to.destroy());
  from.on('close', () => {
    if (!swallows(0)) to.destroy();
  });
}

function replaced(mood: Mood, chunk: Buffer): Buffer {
  if (mood.replaced === null) return chunk;
  const { sent, passedOn } = mood.replaced;
  return Buffer.from(chunk.toString('latin1').replaceAll(sent, passedOn), 'latin1');
}

function allowed(mood: Mood, bytes: number, client: Socket): boolean {
  mood.bytesLeft -= bytes;
  if (mood.bytesLeft >= 0) return true;
  if (mood.once) mood.bytesLeft = Infinity;
  client.resetAndDestroy();
  return false;
}
