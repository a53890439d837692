import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind } from '../kind.ts';

/** The server is killed and recovers, whatever it is doing. */
export const CRASHES: Kind = {
  disturb: async (scene) => {
    const random = scene.random();
    for (;;) {
      await scene.pause(4000, 9000, random);
      if (scene.signal.aborted) return;
      await scene.server.kill();
      scene.count('crashes');
      await sleep(random.between(0, 500));
      await scene.server.restart();
    }
  },
  counts: ['crashes'],
  excuses:
    /no server answers|closed the connection|connection to the server was lost|handshake failed|ECONNREFUSED/,
};
