import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { exists } from '../../../src/dev/servers/files.ts';
import { debianArchives, parseDeb822Sources, parseSourcesList, type AptArchive } from './apt-sources.ts';
import { unpackArchives } from './debian-package.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const MINUTE = 60_000;

/**
 * Unpacks packages of Debian's sid, with everything that they depend on down to the libc, below a root; nothing is
 * installed on the machine. apt checks the archives' signatures. Null, or a text that says why they cannot be had.
 */
export async function unpackFromSid(packages: readonly string[], root: string): Promise<string | null> {
  const codename = await debianCodename();
  if (codename === null) return 'this is not Debian, whose packages have it';
  if (!(await exists(KEYRING))) return `${KEYRING} is missing, so apt cannot check what it downloads`;
  const archives = debianArchives(await machineArchives(), codename);
  if (archives.length === 0) return "the machine's apt sources name no Debian archive";

  const directory = path.dirname(root);
  await mkdir(directory, { recursive: true });
  // Unpacked aside and renamed, so that a killed run is not taken for a whole one.
  const work = await mkdtemp(path.join(directory, 'unpacking-'));
  try {
    const failures: string[] = [];
    for (const archive of archives) {
      const failure = await download(packages, work, archive);
      if (failure === null) {
        await unpackArchives(path.join(work, 'archives'), path.join(work, 'root'));
        await rename(path.join(work, 'root'), root);
        return null;
      }
      failures.push(failure);
    }
    return failures.join('; ');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Fetches the packages into `archives/`, with lists and status of its own: the machine's apt is not touched. */
async function download(packages: readonly string[], work: string, archive: string): Promise<string | null> {
  await Promise.all(
    ['lists/partial', 'archives/partial', 'root'].map((name) =>
      mkdir(path.join(work, name), { recursive: true }),
    ),
  );
  await writeFile(path.join(work, 'status'), '');
  await writeFile(path.join(work, 'sources.list'), `deb [signed-by=${KEYRING}] ${archive} sid main\n`);
  const options = [
    `Dir::Etc::sourcelist=${work}/sources.list`,
    'Dir::Etc::sourceparts=-',
    `Dir::State=${work}`,
    `Dir::State::Lists=${work}/lists`,
    `Dir::State::status=${work}/status`,
    `Dir::Cache=${work}`,
    `Dir::Cache::archives=${work}/archives`,
    'Acquire::AllowInsecureRepositories=false',
    'APT::Get::AllowUnauthenticated=false',
    'APT::Sandbox::User=root',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=30',
    'Debug::NoLocking=true',
  ].flatMap((option) => ['-o', option]);
  for (const command of [
    ['update'],
    ['-y', '--no-install-recommends', '--download-only', 'install', ...packages],
  ]) {
    const result = await execa('apt-get', [...options, '-qq', ...command], {
      reject: false,
      all: true,
      stdin: 'ignore',
      timeout: 5 * MINUTE,
    });
    if (result.failed)
      return `apt-get ${command.at(-1)}: ${result.all.trim().split('\n').at(-1) ?? result.shortMessage}`;
  }
  return null;
}

async function debianCodename(): Promise<string | null> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(text)?.[1];
  return field('ID') === 'debian' ? (field('VERSION_CODENAME') ?? 'sid') : null;
}

async function machineArchives(): Promise<readonly AptArchive[]> {
  const parts = '/etc/apt/sources.list.d';
  const names = await readdir(parts).catch(() => []);
  const files = ['/etc/apt/sources.list', ...names.map((name) => path.join(parts, name))];
  const archives = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'utf8').catch(() => '');
      if (file.endsWith('.sources')) return parseDeb822Sources(text);
      return file.endsWith('.list') ? parseSourcesList(text) : [];
    }),
  );
  return archives.flat();
}
