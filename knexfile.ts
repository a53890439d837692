import { defineDatabases, knexConfigurations } from 'tidemark/define';

/**
 * The databases. Host, user, password and the rest come from the environment or `.env`: `BUSINESS_DB_HOST` and so on, the
 * key in upper case. A new database is a key here, a folder `migrations/<key>/` and, if it is extracted, `tables/<key>.ts`.
 */
export const databases = defineDatabases({
  business: { schema: 'dianshu_backend' },
  matomo: { schema: 'matomo', tablePrefix: 'matomo_' },
});

/** For the knex CLI. */
export default knexConfigurations(databases, {
  environment: process.env,
  projectDirectory: import.meta.dirname,
});
