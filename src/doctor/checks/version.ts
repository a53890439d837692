import { atLeast } from '../../databases/server.ts';
import type { DatabaseCheck } from '../check.ts';
import { passed, warning } from '../outcome.ts';

/** The oldest releases that the tests of tidemark run on. */
const OLDEST = { mysql: [8, 0, 0], mariadb: [10, 11, 0] } as const;

export const versionCheck: DatabaseCheck = {
  name: 'version',
  run: async ({ database }) => {
    const { flavour, version, label } = database.server;
    const oldest = OLDEST[flavour];
    if (atLeast(version, oldest)) return passed(label);
    const name = flavour === 'mysql' ? 'MySQL 8.0' : 'MariaDB 10.11';
    return warning(
      `${label} is older than what tidemark is tested on`,
      `upgrade the server to ${name} or later`,
    );
  },
};
