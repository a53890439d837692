import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { type PrivateTestServer, startPrivateTestServer, SURVIVES_A_KILL } from './private-test-server.ts';
import { debianPackage } from './servers/debian-package.ts';
import type { SoftwareName } from './servers/software.ts';

/** What the server's clock shows, and how fast it runs from there. */
export interface Clock {
  readonly at: Date;
  /** 120: an hour in half a minute. 1 unless given. */
  readonly rate?: number;
}

/** A server of a test's own with a clock of its own. What was committed survives `kill`. */
export interface ClockedServer extends PrivateTestServer {
  /** What the clock shows now; with a rate, as exact as the rate times the start of a process (some 0.1 s). */
  now(): Date;
  setClock(clock: Clock): Promise<void>;
  /** Moves the clock by so many seconds, back if negative, at the rate that it has. */
  stepClock(seconds: number): Promise<void>;
}

/** The library turns the server's waits into fractions where the clock runs fast, also those for a client. */
const PATIENT: readonly string[] = [
  '--connect-timeout=31536000',
  '--net-read-timeout=31536000',
  '--net-write-timeout=31536000',
];

/**
 * Starts a server in a time zone, such as `Europe/Berlin`, under libfaketime with a clock that the test sets while it
 * runs, and that a restart does not change. Only the time of day is another one: the monotonic clock is the machine's.
 * `SYSDATE()`, `NOW()`, row stamps and `trx_started` follow it.
 */
export async function startClockedServer(options: {
  readonly software: SoftwareName;
  readonly timeZone?: string;
  readonly clock: Clock;
  readonly serverArguments?: readonly string[];
}): Promise<ClockedServer> {
  const { software, timeZone = 'UTC', serverArguments = [] } = options;
  const library = await libfaketime();
  let file = '';
  /** What was set last, and when, in milliseconds. */
  let clock = { at: options.clock.at.getTime(), rate: 1, since: Date.now() };
  /** When the library counts from. */
  let started = clock.since;
  const now = () => clock.at + (Date.now() - clock.since) * clock.rate;
  const write = async () => {
    const { at, rate, since } = clock;
    const offset = at - since * rate + started * (rate - 1);
    // Renamed, so that the library never reads half of it.
    await writeFile(`${file}.new`, `${offset < 0 ? '-' : '+'}${Math.abs(offset) / 1000} x${rate}\n`);
    await rename(`${file}.new`, file);
  };
  const set = async ({ at, rate = 1 }: Clock) => {
    clock = { at: at.getTime(), rate, since: Date.now() };
    await write();
  };
  const own = await startPrivateTestServer(
    software,
    () => [...SURVIVES_A_KILL, ...PATIENT, ...serverArguments],
    async (directory) => {
      file = path.join(directory, 'clock');
      await write();
      return {
        TZ: timeZone,
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        // Else every wait on the monotonic clock ends at once, and InnoDB's threads never rest (libfaketime's README,
        // "CLOCK_MONOTONIC test").
        FAKETIME_FORCE_MONOTONIC_FIX: '0',
      };
    },
  );
  const synchronise = async () => {
    started = await startOf(own);
    await write();
  };
  await synchronise();
  await set(options.clock);
  return {
    ...own,
    now: () => new Date(now()),
    setClock: set,
    stepClock: (seconds) => set({ at: new Date(now() + seconds * 1000), rate: clock.rate }),
    restart: async () => {
      // At another rate the time would depend on when the new process started, which is not known before.
      const { rate } = clock;
      await set({ at: new Date(now()) });
      await own.restart();
      await synchronise();
      await set({ at: new Date(now()), rate });
    },
  };
}

async function libfaketime(): Promise<string> {
  const root = await debianPackage('libfaketime');
  const { stdout } = await execa('find', [root, '-name', 'libfaketimeMT.so.1', '-type', 'f']);
  if (stdout === '') throw new Error(`${root} has no libfaketimeMT.so.1`);
  return stdout;
}

/** When the server's process started, in milliseconds since 1970 (proc(5), fields 22 of `stat` and `btime`). */
async function startOf({ server }: PrivateTestServer): Promise<number> {
  const status = await server.status();
  if (status.kind !== 'running') throw new Error(`the server in ${server.files.directory} does not run`);
  const stat = await readFile(`/proc/${status.pid}/stat`, 'utf8');
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const [uptime] = (await readFile('/proc/uptime', 'utf8')).split(' ');
  const { stdout: ticksPerSecond } = await execa('getconf', ['CLK_TCK']);
  return Date.now() - Number(uptime) * 1000 + (ticks / Number(ticksPerSecond)) * 1000;
}
