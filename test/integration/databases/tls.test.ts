import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TlsConfig } from '../../../src/config/database-config.ts';
import { ConfigurationError, TidemarkError, WorkFailedError } from '../../../src/errors.ts';
import { type CertificateAuthority, createAuthority } from '../../support/certificates.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { type PrivateTestServer, startPrivateTestServer } from '../../support/private-test-server.ts';
import { connect, createUser } from '../../support/schemas.ts';

interface Login {
  readonly host?: string;
  readonly user?: string;
  readonly password?: string;
}

/** Opens the database and returns the cipher of its connection, '' for none, or the error. */
async function cipherOf(
  server: PrivateTestServer,
  tls: Partial<TlsConfig>,
  login: Login = {},
): Promise<string | TidemarkError> {
  const settings = { ...server.settings, ...login, schema: 'information_schema' };
  const defaults = { mode: 'preferred', caFile: null, certificateFile: null, keyFile: null } as const;
  try {
    await using database = await openTestDatabase(settings, { tls: { ...defaults, ...tls } });
    await using session = await database.session();
    const [row] = await session.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
    return String(row?.['Value']);
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
}

const ENCRYPTED = /^TLS_/;

describe.each(['mysql', 'mariadb'] as const)('TLS on %s', (flavour) => {
  let server: PrivateTestServer;
  let authority: CertificateAuthority;
  let stranger: CertificateAuthority;

  beforeAll(async () => {
    server = await startPrivateTestServer(flavour, async (directory) => {
      authority = await createAuthority(directory, 'authority');
      stranger = await createAuthority(directory, 'stranger');
      // For the name only: the address 127.0.0.1 must not pass.
      const { certificate, key } = await authority.issue('server', ['DNS:localhost']);
      return [`--ssl-ca=${authority.certificate}`, `--ssl-cert=${certificate}`, `--ssl-key=${key}`];
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('preferred and required encrypt, whatever the certificate; disabled does not', async () => {
    expect(await cipherOf(server, { mode: 'preferred' })).toMatch(ENCRYPTED);
    expect(await cipherOf(server, { mode: 'required' })).toMatch(ENCRYPTED);
    expect(await cipherOf(server, { mode: 'disabled' })).toBe('');
  });

  test('verify accepts a certificate of the authority for the host', async () => {
    const tls = { mode: 'verify', caFile: authority.certificate } as const;
    expect(await cipherOf(server, tls, { host: 'localhost' })).toMatch(ENCRYPTED);
  });

  test('verify refuses a certificate for another host, also where the host is an address', async () => {
    const failure = await cipherOf(server, { mode: 'verify', caFile: authority.certificate });
    expect(failure).toBeInstanceOf(WorkFailedError);
    expect((failure as TidemarkError).message).toContain(
      'the server\'s certificate is not for "127.0.0.1"; it is for DNS:localhost',
    );
    expect((failure as TidemarkError).hints.join()).toContain('BUSINESS_DB_HOST');
  });

  test('verify refuses a certificate that a stranger signed, and one that nobody known signed', async () => {
    const strange = await cipherOf(server, { mode: 'verify', caFile: stranger.certificate });
    expect((strange as TidemarkError).message).toContain(
      `is not signed by the authority in ${stranger.certificate}`,
    );
    const unknown = await cipherOf(server, { mode: 'verify' });
    expect((unknown as TidemarkError).message).toContain('is signed by nobody this machine trusts');
    expect((unknown as TidemarkError).hints.join()).toContain('BUSINESS_DB_SSL_CA');
  });

  test('a client certificate logs in to an account that requires one', async () => {
    await using user = await createUser(server.settings, []);
    const root = await connect(server.settings);
    await root.query(`ALTER USER \`${user.name}\`@'%' REQUIRE X509`);
    await root.end();
    const login = { user: user.name, password: user.password };
    const refused = await cipherOf(server, { mode: 'required' }, login);
    expect(refused).toBeInstanceOf(ConfigurationError);
    expect((refused as TidemarkError).hints.join()).toContain('BUSINESS_DB_SSL_CERT and BUSINESS_DB_SSL_KEY');
    const { certificate, key } = await authority.issue('client', ['DNS:client']);
    const tls = { mode: 'required', certificateFile: certificate, keyFile: key } as const;
    expect(await cipherOf(server, tls, login)).toMatch(ENCRYPTED);
  });

  test('a first login needs no TLS, nor a password that the server has in its cache', async () => {
    // On MySQL this is caching_sha2_password's full authentication: by RSA without TLS, in the clear within TLS.
    for (const mode of ['disabled', 'required'] as const) {
      await using user = await createUser(server.settings, []);
      const login = { user: user.name, password: user.password };
      const cipher = await cipherOf(server, { mode }, login);
      expect(cipher).toEqual(mode === 'disabled' ? '' : expect.stringMatching(ENCRYPTED));
      expect(await cipherOf(server, { mode }, { ...login, password: 'wrong' })).toBeInstanceOf(
        ConfigurationError,
      );
    }
  });

  test('a server that insists on TLS is understood', async () => {
    const root = await connect(server.settings);
    await root.query('SET GLOBAL require_secure_transport = ON');
    try {
      const refused = await cipherOf(server, { mode: 'disabled' });
      expect(refused).toBeInstanceOf(ConfigurationError);
      expect((refused as TidemarkError).hints.join()).toContain('BUSINESS_DB_SSL=required');
      expect(await cipherOf(server, { mode: 'preferred' })).toMatch(ENCRYPTED);
    } finally {
      await root.query('SET GLOBAL require_secure_transport = OFF');
      await root.end();
    }
  });

  test('files that do not work are faults of the configuration', async () => {
    const junk = path.join(server.directory, 'junk.pem');
    await writeFile(junk, 'not a certificate\n');
    const { certificate } = await authority.issue('one', ['DNS:one']);
    const other = await authority.issue('two', ['DNS:two']);
    const failures = await Promise.all([
      cipherOf(server, { mode: 'verify', caFile: path.join(server.directory, 'absent.pem') }),
      cipherOf(server, { mode: 'verify', caFile: junk }),
      cipherOf(server, { mode: 'verify', caFile: authority.key }),
      cipherOf(server, { mode: 'required', certificateFile: certificate, keyFile: other.key }),
    ]);
    for (const failure of failures) expect(failure).toBeInstanceOf(ConfigurationError);
    expect((failures[0] as TidemarkError).message).toContain('BUSINESS_DB_SSL_CA');
    expect((failures[3] as TidemarkError).hints.join()).toContain('belonging to the certificate');
  });

  test('verify accepts an address that the certificate names', async () => {
    // Into the files that the server was started with.
    await authority.issue('server', ['IP:127.0.0.1']);
    const root = await connect(server.settings);
    await root.query(flavour === 'mysql' ? 'ALTER INSTANCE RELOAD TLS' : 'FLUSH SSL');
    await root.end();
    const tls = { mode: 'verify', caFile: authority.certificate } as const;
    expect(await cipherOf(server, tls)).toMatch(ENCRYPTED);
    expect(await cipherOf(server, tls, { host: 'localhost' })).toBeInstanceOf(WorkFailedError);
  });
});

describe.each(['mysql', 'mariadb'] as const)('a %s server without TLS', (flavour) => {
  let server: PrivateTestServer;
  beforeAll(async () => {
    server = await startPrivateTestServer(flavour, () => [
      flavour === 'mysql' ? '--tls-version=' : '--skip-ssl',
    ]);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('is used without by preferred and refused by required', async () => {
    expect(await cipherOf(server, { mode: 'preferred' })).toBe('');
    const refused = await cipherOf(server, { mode: 'required' });
    expect(refused).toBeInstanceOf(WorkFailedError);
    expect((refused as TidemarkError).message).toContain('the server has no TLS');
    expect((refused as TidemarkError).hints.join()).toContain('BUSINESS_DB_SSL=preferred');
  });
});
