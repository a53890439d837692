import { X509Certificate } from 'node:crypto';
import type { DatabaseConfig } from '../config/database-config.ts';
import { environmentPrefix } from '../config/environment.ts';
import { isTlsUnsupported } from './server-errors.ts';

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

/** What a failed TLS handshake means and which setting it touches. The driver keeps OpenSSL's words, not its code. */
export function explainTlsFailure(error: unknown, config: DatabaseConfig): Explanation {
  const prefix = environmentPrefix(config.name);
  const reason = error instanceof Error ? error.message : String(error);
  if (isTlsUnsupported(error)) {
    return {
      message: `the server has no TLS, which ${prefix}_DB_SSL=${config.tls.mode} requires`,
      hint: `give the server a certificate, or set ${prefix}_DB_SSL=preferred on a network that you trust`,
    };
  }
  if (/altnames|Hostname\/IP/.test(reason)) {
    return {
      message: `the server's certificate is not for "${config.host}"${namesIn(error)}`,
      hint: `set ${prefix}_DB_HOST to a name in the certificate, or have one issued for this host`,
    };
  }
  if (/expired|not yet valid/.test(reason)) {
    return {
      message: `the server's certificate is not valid now: ${reason}`,
      hint: 'renew the certificate, or set the clock of this machine',
    };
  }
  if (/self-signed|self signed|issuer|unable to verify/.test(reason)) {
    return config.tls.caFile === null
      ? {
          message: `the server's certificate is signed by nobody this machine trusts: ${reason}`,
          hint: `set ${prefix}_DB_SSL_CA to the PEM file of the authority that signed it`,
        }
      : {
          message: `the server's certificate is not signed by the authority in ${config.tls.caFile}: ${reason}`,
          hint: `check ${prefix}_DB_SSL_CA; a server that you do not know may have answered`,
        };
  }
  return {
    message: `the TLS handshake failed: ${reason}`,
    hint: `check ${prefix}_DB_SSL, ${prefix}_DB_SSL_CA, ${prefix}_DB_SSL_CERT and ${prefix}_DB_SSL_KEY, and the TLS versions of the server`,
  };
}

/** Node leaves the certificate on the error of a name that does not match. */
function namesIn(error: unknown): string {
  const { cert } = error as { cert?: { raw?: Buffer } };
  if (!Buffer.isBuffer(cert?.raw)) return '';
  const names = new X509Certificate(cert.raw).subjectAltName;
  return names === undefined ? '; it names nobody' : `; it is for ${names}`;
}
