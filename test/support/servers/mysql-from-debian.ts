import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { exists } from '../../../src/dev/servers/files.ts';
import { inspectServer, type ServerSoftware } from '../../../src/dev/servers/software.ts';
import { unpackArchives } from './debian-package.ts';
import { debianArchives, parseDeb822Sources, parseSourcesList, type AptArchive } from './apt-sources.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const PACKAGES = ['mysql-server-core', 'mysql-client-core'];
const MINUTE = 60_000;

/**
 * MySQL from Debian's sid, unpacked below the directory; nothing is installed on the machine. sid is the only suite
 * that has it, so it runs with sid's own libc, through sid's own loader. apt checks the archive's signature.
 * Returns a text that says why where it cannot be had.
 */
export async function mysqlFromDebian(
  directory: string,
  report: (line: string) => void,
): Promise<ServerSoftware | string> {
  const root = path.join(directory, 'mysql');
  if (!(await exists(root))) {
    const refusal = await unpack(directory, root, report);
    if (refusal !== null) return refusal;
  }
  return softwareIn(root);
}

async function unpack(
  directory: string,
  root: string,
  report: (line: string) => void,
): Promise<string | null> {
  const codename = await debianCodename();
  if (codename === null) return 'this is not Debian, whose packages have it';
  if (!(await exists(KEYRING))) return `${KEYRING} is missing, so apt cannot check what it downloads`;
  const archives = debianArchives(await machineArchives(), codename);
  if (archives.length === 0) return "the machine's apt sources name no Debian archive";

  await mkdir(directory, { recursive: true });
  // Unpacked aside and renamed, so that a killed run is not taken for a whole one.
  const work = await mkdtemp(path.join(directory, 'unpacking-'));
  try {
    report('Downloading MySQL from the Debian archive for the tests (about 60 MB, once)');
    const failures: string[] = [];
    for (const archive of archives) {
      const failure = await download(work, archive);
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
async function download(work: string, archive: string): Promise<string | null> {
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
    ['-y', '--no-install-recommends', '--download-only', 'install', ...PACKAGES],
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

async function softwareIn(root: string): Promise<ServerSoftware | string> {
  const libraries = path.join(root, 'usr/lib');
  const triplet = (await readdir(libraries)).find((name) => name.endsWith('-linux-gnu'));
  if (triplet === undefined) return `${root} has no libraries of this architecture`;
  const own = path.join(libraries, triplet);
  const loader = (await readdir(own)).find((name) => /^ld-linux.*\.so\.\d$/.test(name));
  if (loader === undefined) return `${root} has no loader`;
  return inspectServer({
    server: [
      path.join(own, loader),
      '--library-path',
      `${own}:${path.join(libraries, 'mysql/private')}`,
      path.join(root, 'usr/sbin/mysqld'),
    ],
    options: [
      `--basedir=${path.join(root, 'usr')}`,
      `--lc-messages-dir=${path.join(root, 'usr/share/mysql')}`,
      `--plugin-dir=${path.join(libraries, 'mysql/plugin')}`,
    ],
    installerDirectories: [],
  });
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
