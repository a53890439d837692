import { inject } from 'vitest';
import { servers } from './schemas.ts';
import { workerServer } from './servers/worker-server.ts';

/**
 * The two servers of every test, and MariaDB 11.8: `describe.each(allServers)('on $label', (server) => …)`. The third
 * is started by the first test file of a worker that imports this, and runs until the end: most files do without it.
 */
export const allServers = [
  ...servers,
  await workerServer('mariadb118', {
    software: inject('software'),
    directory: inject('serversDirectory'),
    worker: String(process.env['VITEST_POOL_ID']),
  }),
];
