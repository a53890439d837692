import path from 'node:path';
import type { ServerInfo } from '../../../src/databases/server.ts';
import { MARIADB_118, type SoftwareName, type TestSoftware } from './software.ts';
import { startTestServer, testServerFromUrl, type TestServer } from './test-server.ts';

/** The variable that names a running server instead, and the oldest release that it may be. */
const NAMED: Readonly<Record<SoftwareName, readonly [variable: string, oldest: ServerInfo['version']]>> = {
  mysql: ['TIDEMARK_TEST_MYSQL_URL', [0, 0, 0]],
  mariadb: ['TIDEMARK_TEST_MARIADB_URL', [0, 0, 0]],
  mariadb118: ['TIDEMARK_TEST_MARIADB_118_URL', MARIADB_118],
};

/** The server of one worker: the one that the environment names, else one of its own, started unless it runs. */
export async function workerServer(
  name: SoftwareName,
  options: { readonly software: TestSoftware; readonly directory: string; readonly worker: string },
): Promise<TestServer> {
  const [variable, oldest] = NAMED[name];
  const software = options.software[name];
  const url = process.env[variable];
  if (url !== undefined && url !== '') {
    return testServerFromUrl(variable, url, { flavour: software.flavour, oldest });
  }
  const directory = path.join(options.directory, `${name}-${options.worker}`);
  return (await startTestServer({ software, directory })).settings;
}
