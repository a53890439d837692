import { environmentPrefix } from '../../config/environment.ts';
import type { DatabaseCheck } from '../check.ts';
import { passed, warning } from '../outcome.ts';

const LOCAL = /^(localhost|127(\.\d+){3}|::1)$/;

export const tlsCheck: DatabaseCheck = {
  name: 'tls',
  run: async ({ database }) => {
    await using session = await database.session();
    const { socketPath, host, tls, name } = database.config;
    const [row] = await session.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
    const cipher = typeof row?.['Value'] === 'string' ? row['Value'] : '';
    const local = socketPath !== null || LOCAL.test(host);
    const variable = `${environmentPrefix(name)}_DB_SSL`;
    if (cipher === '') {
      if (local) return passed('not encrypted, which never leaves this machine');
      return warning(
        'the connection is not encrypted: data and queries can be read on the way',
        `set ${variable}=verify and ${variable}_CA, and turn TLS on at the server if it is off`,
      );
    }
    if (tls.mode === 'verify') return passed(`${cipher}, certificate verified`);
    if (local) return passed(`${cipher}, certificate not verified, which never leaves this machine`);
    return warning(
      `encrypted (${cipher}), but nothing checks that the server is the right one`,
      `set ${variable}=verify and ${variable}_CA to the certificate authority's file`,
    );
  },
};
