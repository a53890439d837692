import { execa } from 'execa';

/** Puts pt-online-schema-change on the PATH, from the distribution where it is not there. Fails where it cannot. */
export async function requirePerconaToolkit(): Promise<void> {
  const { failed } = await execa('pt-online-schema-change', ['--version'], {
    reject: false,
    stdin: 'ignore',
  });
  if (!failed) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  await install(sudo, ['update']);
  await install(sudo, ['install', '--yes', '--no-install-recommends', 'percona-toolkit']);
}

async function install(sudo: readonly string[], args: readonly string[]): Promise<void> {
  const [program = 'apt-get', ...rest] = [...sudo, 'apt-get', ...args];
  await execa(program, rest, {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    stdin: 'ignore',
    timeout: 300_000,
  });
}
