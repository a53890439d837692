import { execa } from 'execa';
import { InterruptedError, WorkFailedError } from '../../errors.ts';
import type { Work } from '../events.ts';
import type { PlannedStatement } from '../plan-statements.ts';
import type { Run } from '../run.ts';
import { removeCopy } from './remove-copy.ts';
import type { CopyStrategy } from './copy-tool.ts';
import { COPY_TOOLS } from './copy-tools.ts';

/** How long an interrupted tool may take to stop by itself. */
const STOP_MILLISECONDS = 10_000;
const LINES_TO_TELL = 15;

/**
 * Has a tool build the indexes on a copy of the table, and returns the seconds it took. If it fails or is interrupted,
 * its copy and triggers are removed. Throws a WorkFailedError with what the tool said, or an InterruptedError.
 */
export async function runCopyTool(
  run: Run,
  work: Work,
  statement: PlannedStatement & { readonly strategy: CopyStrategy },
): Promise<number> {
  const { database, observe, options, signal } = run;
  const tool = COPY_TOOLS[statement.strategy];
  const started = performance.now();
  const said: string[] = [];
  // An earlier run's, which could not remove it.
  await removeCopy(run, statement.table);
  await using login = await tool.login(database.config);
  try {
    // Its output goes through our pipes: a tool whose reader was killed ends at its next line.
    const child = execa(
      tool.program,
      tool.arguments({
        config: database.config,
        server: database.server,
        table: statement.table,
        clauses: statement.clauses,
        optionFile: login.path,
        lockWaitTimeoutSeconds: options.lockWaitTimeoutSeconds,
      }),
      {
        cancelSignal: signal,
        forceKillAfterDelay: STOP_MILLISECONDS,
        stdin: 'ignore',
        all: true,
        buffer: false,
      },
    );
    const reading = (async () => {
      for await (const line of child.iterable({ from: 'all' })) {
        said.push(line);
        const fraction = tool.fraction(line);
        if (fraction !== null) observe(progressEvent(work, fraction, (performance.now() - started) / 1000));
      }
    })();
    await Promise.all([child, reading, run.checkpoint('statement-sent')]);
    return (performance.now() - started) / 1000;
  } catch (error) {
    const removed = await removeCopy(run, statement.table).then(
      () => true,
      () => false,
    );
    if (signal.aborted) throw new InterruptedError('interrupted', { cause: error });
    const last = said.slice(-LINES_TO_TELL).join('\n');
    throw new WorkFailedError(`${tool.program} failed on ${statement.table}:\n${last}`, {
      hint: removed
        ? `fix the cause and run the command again; its copy of ${statement.table} was removed`
        : 'fix the cause and run the command again, which first removes the copy that is left',
      cause: error,
    });
  }
}

function progressEvent(work: Work, fraction: number, elapsedSeconds: number) {
  const remainingSeconds = fraction === 0 ? null : (elapsedSeconds * (1 - fraction)) / fraction;
  return { kind: 'progress', ...work, fraction, elapsedSeconds, remainingSeconds } as const;
}
