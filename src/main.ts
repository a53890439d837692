import yargs, { type CommandModule } from 'yargs';
import type { CommandHost } from './commands/command.ts';
import { commands } from './commands/index.ts';
import { createContext } from './context.ts';
import { InterruptedError, UsageError } from './errors.ts';
import type { Io } from './io.ts';
import { createOutput } from './output.ts';
import { reportError } from './report-error.ts';
import { VERSION } from './version.ts';

/**
 * Runs one command line and returns its exit code (the contract's). Never throws and never ends the process.
 * `argv` is without the interpreter and the script.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  const host: CommandHost = {
    async run(options, work) {
      const context = await createContext(io, options);
      exitCode = (await work(context)) ?? 0;
    },
  };
  try {
    // yargs hands help and version to the callback instead of printing them itself.
    await createParser(host, io).parseAsync([...argv], {}, (_error, _arguments, text) => {
      if (text !== '') io.stdout.write(`${text}\n`);
    });
    return exitCode;
  } catch (error) {
    const verbose = argv.includes('--verbose');
    const output = createOutput(io, argv.includes('--json'));
    return reportError(io.signal.aborted ? asInterruption(error) : error, output, verbose);
  }
}

function createParser(host: CommandHost, io: Io) {
  const modules = commands.map((command) => command(host)) as CommandModule[];
  return yargs()
    .scriptName('tidemark')
    .usage(
      '$0 <command>\n\nIndex migrations, incremental extract-load and verification for MySQL and MariaDB.',
    )
    .option('json', {
      type: 'boolean',
      default: false,
      describe: 'Print one JSON document on standard output',
    })
    .option('verbose', {
      type: 'boolean',
      default: false,
      describe: 'Show causes and stack traces of errors',
    })
    .option('env-file', { type: 'string', requiresArg: true, describe: 'File to read instead of .env' })
    .command(modules)
    .demandCommand(1, 'which command?')
    .strict()
    .recommendCommands()
    .version(VERSION)
    .help()
    .alias({ help: 'h', version: 'V' })
    .wrap(Math.min(io.width, 110))
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new UsageError(message ?? 'wrong usage', { hint: 'see "tidemark --help"' });
    });
}

/** What a signal broke off is an interruption, whatever the broken work threw. */
function asInterruption(error: unknown): unknown {
  return error instanceof InterruptedError ? error : new InterruptedError('interrupted', { cause: error });
}
