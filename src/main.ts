import yargs, { type CommandModule } from 'yargs';
import type { CommandHost, RunOptions } from './commands/command.ts';
import { commands } from './commands/index.ts';
import { OPTION_GROUPS } from './commands/option-groups.ts';
import { refuseRepeatedOptions } from './commands/repeated-options.ts';
import { readTelemetryOptions, telemetryOptions } from './commands/telemetry-options.ts';
import { InterruptedError, UsageError } from './errors.ts';
import { plainHelp } from './help-text.ts';
import type { Io } from './io.ts';
import type { Telemetry } from './observability/telemetry.ts';
import { createOutput } from './output.ts';
import { reportError } from './report-error.ts';
import { VERSION } from './version.ts';

const NO_COMMAND = 'which command?';

/**
 * Runs one command line and returns its exit code (the contract's). Never throws and never ends the process.
 * `argv` is without the interpreter and the script.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  const commandLine = argv.flatMap(splitJsonFile);
  const withTelemetry = async (
    options: RunOptions,
    work: (telemetry: Telemetry) => Promise<number | void>,
  ) => {
    // Not loaded for help.
    const { Telemetry: Started } = await import('./observability/telemetry.ts');
    await using telemetry = await Started.start(readTelemetryOptions(options, options.command, io));
    try {
      exitCode = (await work(telemetry)) ?? 0;
    } catch (error) {
      // For whoever collects the log; the error itself is reported by whoever called.
      telemetry.logger.info({ error }, 'run failed');
      throw error;
    }
  };
  const host: CommandHost = {
    print: (text) => io.stdout.write(`${text}\n`),
    run: (options, work) =>
      withTelemetry(options, async (telemetry) => {
        const { createContext } = await import('./context.ts');
        return work(await createContext(io, options, telemetry));
      }),
    runOutside: (options, work) =>
      withTelemetry(options, (telemetry) => work({ io, output: createOutput(io, options.json), telemetry })),
  };
  try {
    // yargs hands help and version to the callback instead of printing them itself.
    const parser = createParser(host, io);
    skipUnusedHelp(parser);
    // Before the options' own coercions, which would complain about a list.
    parser.middleware((parsed) => refuseRepeatedOptions(parsed, commandLine, listOptions(parser)), true);
    await parser.parseAsync(commandLine, {}, (_error, _arguments, text) => {
      if (text !== '') io.stdout.write(`${plainHelp(text)}\n`);
    });
    return exitCode;
  } catch (error) {
    const verbose = commandLine.includes('--verbose');
    const output = createOutput(io, commandLine.includes('--json'));
    return reportError(io.signal.aborted ? asInterruption(error) : error, output, verbose);
  }
}

function createParser(host: CommandHost, io: Io) {
  const modules = commands.map((command) => command(host)) as CommandModule[];
  // Grouped here so that a command's own options come before them in its help.
  const parser = yargs().group(['json', 'verbose', 'env-file', 'version', 'help'], OPTION_GROUPS.everywhere);
  return telemetryOptions(parser)
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
    .demandCommand(1, NO_COMMAND)
    .strict()
    .strictCommands()
    .recommendCommands()
    .updateStrings({ 'Did you mean %s?': 'unknown command, did you mean "%s"?' })
    .version(VERSION)
    .help()
    .alias({ help: 'h', version: 'V' })
    .wrap(Math.min(io.width, 110))
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // What a command threw comes without a message; what the parser or an option's coercion says comes with one.
      throw message === null
        ? error
        : new UsageError(message, {
            hint: [
              'see "tidemark --help"',
              ...(message === NO_COMMAND
                ? ['for a new project: tidemark init --url mysql://user@host/schema']
                : []),
            ],
            cause: error,
          });
    });
}

/**
 * While an asynchronous command runs, yargs lays out its whole help, to have it at hand should the command fail. Ours
 * never show it, and it takes 20 ms.
 */
function skipUnusedHelp(parser: object): void {
  const internals = parser as {
    getInternalMethods?(): { getUsageInstance?(): { cacheHelpMessage?: () => void } };
  };
  const usage = internals.getInternalMethods?.().getUsageInstance?.();
  if (usage !== undefined) usage.cacheHelpMessage = () => {};
}

/** The options of the command at hand that may be repeated; yargs' types leave them out. */
function listOptions(parser: object): readonly string[] {
  const internals = parser as { getOptions?(): { readonly array?: readonly string[] } };
  return internals.getOptions?.().array ?? [];
}

/** `--json` is a flag, and yargs would read `--json=FILE` as false; apart, a command that takes a file sees it. */
function splitJsonFile(argument: string): readonly string[] {
  const file = /^--json=(?!true$|false$)(.+)$/s.exec(argument)?.[1];
  return file === undefined ? [argument] : ['--json', file];
}

/** What a signal broke off is an interruption, whatever the broken work threw. */
function asInterruption(error: unknown): unknown {
  return error instanceof InterruptedError ? error : new InterruptedError('interrupted', { cause: error });
}
