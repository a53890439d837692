import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { InterruptedError, WorkFailedError } from '../../errors.ts';
import { type FillDataDirectory, initialiseDataDirectory } from './data-directory.ts';
import { withFileLock } from './file-lock.ts';
import { exists, lastLines } from './files.ts';
import { accountsSql, runCommand } from './server-arguments.ts';
import { serverFiles, type ServerFiles } from './server-files.ts';
import { isAnswering, loginOf, type ServerLogin } from './server-login.ts';
import { endServer, isServer, runningPid, spawnServer } from './server-process.ts';
import { newServerState, readServerState, writeServerState, type ServerState } from './server-state.ts';
import type { ServerSoftware } from './software.ts';

/** Long enough for InnoDB's recovery after a crash. */
const START_SECONDS = 120;
/** Another process may initialise, recover and start before it lets go. */
const LOCK_WAIT_SECONDS = 300;
/** Another process can take the free port between the look and the server's bind. */
const PORT_ATTEMPTS = 3;
/** `sun_path` holds 104 bytes on macOS and 108 on Linux, the final NUL included. */
const LONGEST_SOCKET_PATH = 103;

export interface StartOptions {
  readonly software: ServerSoftware;
  /** Added after the usual arguments, so they win. */
  readonly serverArguments?: readonly string[];
  /** Fills the data directory the first time; the server's own program does it unless given. */
  readonly fill?: FillDataDirectory;
  readonly signal?: AbortSignal | undefined;
  readonly report?: (line: string) => void;
}

export interface StartedServer {
  readonly kind: 'started' | 'already-running';
  /** As a person reads it, such as `MariaDB 10.11.19`. */
  readonly label: string;
  readonly login: ServerLogin;
}

export type PrivateServerStatus =
  | { readonly kind: 'absent' }
  | { readonly kind: 'stopped'; readonly state: ServerState }
  | { readonly kind: 'running'; readonly state: ServerState; readonly pid: number };

/**
 * A MySQL or MariaDB server of its own below one directory: data, log, credentials and socket. It listens on the
 * loopback interface only, reads no configuration of the machine, and outlives the process that started it. Every
 * method may be called by several processes at once, and after any of them was killed at any point.
 */
export class PrivateServer {
  readonly files: ServerFiles;

  constructor(directory: string) {
    this.files = serverFiles(path.resolve(directory));
  }

  /**
   * Starts the server, initialising its data directory the first time, and waits until it answers.
   * Throws WorkFailedError with the end of the server's log, RefusedError if another process holds the directory for
   * minutes, InterruptedError when the signal is aborted (then nothing is left running).
   */
  async start(options: StartOptions): Promise<StartedServer> {
    await mkdir(this.files.directory, { recursive: true, mode: 0o700 });
    return this.#locked(options, async () => {
      const before = await this.status();
      if (before.kind === 'running') {
        await this.#untilAnswering(before.pid, before.state, options.signal);
        return { kind: 'already-running', label: before.state.label, login: loginOf(before.state) };
      }
      const state = before.kind === 'stopped' ? before.state : await this.#newState(options.software);
      this.#checkFlavour(state, options.software);
      await initialiseDataDirectory({ ...options, files: this.files });
      return this.#run(state, options);
    });
  }

  /** Shuts the server down cleanly and waits for its end. False if it was not running. */
  async stop(): Promise<boolean> {
    return this.#end('SIGTERM');
  }

  /** Ends the server as a crash would. False if it was not running. For fault tests. */
  async kill(): Promise<boolean> {
    return this.#end('SIGKILL');
  }

  /** Stops the server and removes its directory with all data, also one whose state is damaged. */
  async remove(): Promise<void> {
    if (!(await exists(this.files.directory))) return;
    await this.#locked({}, async () => {
      await endServer(this.files, 'SIGTERM');
      const state = await readServerState(this.files.state).catch(() => null);
      if (state !== null && state.socket !== this.files.socket) {
        await rm(path.dirname(state.socket), { recursive: true, force: true });
      }
      await rm(this.files.directory, { recursive: true, force: true, maxRetries: 5 });
    });
  }

  /** Whether there is anything to stop or remove, also after a start that never finished. */
  async exists(): Promise<boolean> {
    return exists(this.files.directory);
  }

  async status(): Promise<PrivateServerStatus> {
    const state = await readServerState(this.files.state);
    if (state === null) return { kind: 'absent' };
    const pid = await runningPid(this.files);
    return pid === null ? { kind: 'stopped', state } : { kind: 'running', state, pid };
  }

  async #locked<T>(options: Pick<StartOptions, 'signal' | 'report'>, work: () => Promise<T>): Promise<T> {
    const onWait = (pid: number) =>
      options.report?.(`Waiting for process ${pid}, which starts or stops this server`);
    const lockOptions = { waitSeconds: LOCK_WAIT_SECONDS, signal: options.signal, onWait };
    return withFileLock(this.files.lock, lockOptions, work);
  }

  async #newState(software: ServerSoftware): Promise<ServerState> {
    if (await exists(this.files.data)) {
      throw new WorkFailedError(
        `${this.files.data} is there, but ${this.files.state} with its passwords is gone`,
        {
          hint: 'remove the local server and its data with: npm run db:down -- --remove-data',
        },
      );
    }
    const state = newServerState({ software, port: await freePort(), socket: await this.#socketPath() });
    await writeServerState(this.files.state, state);
    return state;
  }

  #checkFlavour(state: ServerState, software: ServerSoftware): void {
    if (state.flavour === software.flavour) return;
    throw new WorkFailedError(
      `${this.files.data} was made by ${state.label}; ${software.label} cannot open it`,
      {
        hint: `install ${state.label} again, or remove the data with: npm run db:down -- --remove-data`,
      },
    );
  }

  async #socketPath(): Promise<string> {
    if (Buffer.byteLength(this.files.socket) <= LONGEST_SOCKET_PATH) return this.files.socket;
    // mkdtemp makes a directory that no other user can enter or foresee.
    return path.join(await mkdtemp(path.join(tmpdir(), 'tidemark-')), 's.sock');
  }

  async #run(state: ServerState, options: StartOptions): Promise<StartedServer> {
    const { software, serverArguments: extra = [], signal } = options;
    await mkdir(this.files.temporary, { recursive: true, mode: 0o700 });
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.#withAddress(state, attempt === 1 ? state.port : await freePort());
      await this.#writeAccounts(current);
      try {
        const command = runCommand({ software, files: this.files, state: current, extra });
        const pid = await spawnServer(this.files, command);
        await this.#untilAnswering(pid, current, signal);
        return { kind: 'started', label: software.label, login: loginOf(current) };
      } catch (error) {
        await endServer(this.files, 'SIGKILL');
        const tryAgain = attempt < PORT_ATTEMPTS && (await this.#portWasTaken());
        if (!tryAgain) throw error;
      } finally {
        await rm(this.files.accounts, { force: true });
      }
    }
  }

  /** The socket's own directory, where it has one, is a temporary one that a reboot may have removed. */
  async #withAddress(state: ServerState, port: number): Promise<ServerState> {
    const socket = (await exists(path.dirname(state.socket))) ? state.socket : await this.#socketPath();
    const current = { ...state, port, socket };
    await writeServerState(this.files.state, current);
    return current;
  }

  async #writeAccounts(state: ServerState): Promise<void> {
    await rm(this.files.accounts, { force: true });
    await writeFile(this.files.accounts, accountsSql(state), { mode: 0o600, flag: 'wx' });
  }

  async #untilAnswering(pid: number, state: ServerState, signal: AbortSignal | undefined): Promise<void> {
    const deadline = performance.now() + START_SECONDS * 1000;
    while (!(await isAnswering(this.files, state))) {
      if (signal?.aborted === true) throw new InterruptedError();
      if (!(await isServer(pid, this.files))) throw await this.#startFailed('ended before it answered');
      if (performance.now() > deadline)
        throw await this.#startFailed(`did not answer within ${START_SECONDS} s`);
      await sleep(100);
    }
  }

  async #startFailed(what: string): Promise<WorkFailedError> {
    return new WorkFailedError(
      `the private server ${what}; its log ends with:\n${lastLines(await this.#readLog())}`,
      {
        hint: [`read ${this.files.log}`, 'to start over without its data: npm run db:down -- --remove-data'],
      },
    );
  }

  async #portWasTaken(): Promise<boolean> {
    return /bind on TCP\/IP port|Address already in use/i.test(await this.#readLog());
  }

  async #readLog(): Promise<string> {
    return readFile(this.files.log, 'utf8').catch(() => '');
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
    if (!(await exists(this.files.directory))) return false;
    return this.#locked({}, async () => endServer(this.files, signal));
  }
}

async function freePort(): Promise<number> {
  return getPort({ host: '127.0.0.1' });
}
