import { appendFile, readFile } from 'node:fs/promises';

/** Names the file in which a test run notes its passwords, so that `npm test` can search its output for them. */
export const SECRETS_FILE_VARIABLE = 'TIDEMARK_TEST_SECRETS';

/** A shorter one, of a server that the environment names, stands in ordinary words. */
const SHORTEST = 8;

/** To be called with every password that a test makes. */
export async function noteSecret(secret: string): Promise<void> {
  const file = process.env[SECRETS_FILE_VARIABLE];
  if (file !== undefined) await appendFile(file, `${secret}\n`);
}

/** The lines of a text that show a noted password. */
export async function linesWithSecrets(file: string, text: string): Promise<readonly string[]> {
  const noted = await readFile(file, 'utf8').catch(() => '');
  const secrets = [...new Set(noted.split('\n'))].filter((secret) => secret.length >= SHORTEST);
  return text.split('\n').filter((line) => secrets.some((secret) => line.includes(secret)));
}
