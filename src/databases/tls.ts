import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { ConnectionOptions, SslOptions } from 'mysql2';
import type { DatabaseConfig } from '../config/database-config.ts';
import { environmentPrefix } from '../config/environment.ts';
import { ConfigurationError } from '../errors.ts';

/** Whether the first attempt to connect asks for TLS. A socket stays on the machine and needs none. */
export function asksForTls(config: DatabaseConfig): boolean {
  if (config.tls.mode === 'disabled') return false;
  return config.socketPath === null || config.tls.mode !== 'preferred';
}

/**
 * The driver's TLS options. `preferred` and `required` encrypt and trust any certificate, as MySQL's own clients do;
 * `verify` checks the chain and that the certificate names the host. Throws a ConfigurationError for files that cannot
 * be read or do not fit together.
 */
export async function tlsOptions(config: DatabaseConfig): Promise<SslOptions> {
  const { mode, caFile, certificateFile, keyFile } = config.tls;
  const prefix = environmentPrefix(config.name);
  const read = async (variable: string, file: string | null) =>
    file === null ? {} : { [variable]: await readPem(`${prefix}_DB_SSL_${variable.toUpperCase()}`, file) };
  const parts = await Promise.all([read('ca', caFile), read('cert', certificateFile), read('key', keyFile)]);
  const material: Partial<Record<'ca' | 'cert' | 'key', string>> = Object.assign({}, ...parts);
  try {
    // The driver would find out in the middle of a handshake, where nobody catches what is thrown.
    createSecureContext(material);
    // A file without a certificate in it would pass as a CA that signed nothing.
    if (material.ca !== undefined) void new X509Certificate(material.ca);
  } catch (error) {
    throw new ConfigurationError(
      [`database "${config.name}": the TLS files do not work: ${(error as Error).message}`],
      {
        cause: error,
        hint: `check ${prefix}_DB_SSL_CA, ${prefix}_DB_SSL_CERT and ${prefix}_DB_SSL_KEY: PEM files, the key without a passphrase and belonging to the certificate`,
      },
    );
  }
  const verify = mode === 'verify';
  return { ...material, rejectUnauthorized: verify, verifyIdentity: verify };
}

/**
 * For a host given by its address, a socket that knows that address. Node checks a certificate against the name that the
 * socket was opened with, and against "localhost" where that was an address: the wrong certificate would pass, and the
 * right one, with the address in it, would not.
 */
export function socketForIdentityCheck(
  config: DatabaseConfig,
): Pick<ConnectionOptions, 'stream'> | Record<string, never> {
  const { host, port } = config;
  if (config.socketPath !== null || isIP(host) === 0) return {};
  return {
    stream: () => Object.assign(connect({ host, port, noDelay: true, keepAlive: true }), { _host: host }),
  };
}

async function readPem(variable: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(
      [`cannot read the file of ${variable}, ${file}: ${(error as Error).message}`],
      {
        cause: error,
        hint: `check ${variable}`,
      },
    );
  }
}
