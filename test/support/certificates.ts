import path from 'node:path';
import { execa } from 'execa';

export interface Certificate {
  /** Paths of PEM files. */
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateAuthority extends Certificate {
  /** Issues a certificate for these names, such as `DNS:localhost` and `IP:127.0.0.1`. */
  issue(name: string, subjectAltNames: readonly string[]): Promise<Certificate>;
}

/** Makes a certificate authority with real keys in a directory. Needs the openssl program, 3.0 or later. */
export async function createAuthority(directory: string, name: string): Promise<CertificateAuthority> {
  const authority = await selfSigned(directory, name, ['-addext', 'keyUsage=keyCertSign']);
  return {
    ...authority,
    issue: (issued, subjectAltNames) =>
      selfSigned(directory, issued, [
        '-CA',
        authority.certificate,
        '-CAkey',
        authority.key,
        '-addext',
        `subjectAltName=${subjectAltNames.join(',')}`,
        '-addext',
        'basicConstraints=critical,CA:false',
      ]),
  };
}

async function selfSigned(directory: string, name: string, options: readonly string[]): Promise<Certificate> {
  const certificate = path.join(directory, `${name}.pem`);
  const key = path.join(directory, `${name}.key`);
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
  await execa('openssl', [...request, '-keyout', key, '-out', certificate, ...options]);
  return { certificate, key };
}
