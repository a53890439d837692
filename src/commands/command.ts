import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { Context, GlobalOptions } from '../context.ts';
import type { Io } from '../io.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import type { Output } from '../output.ts';
import type { TelemetryArguments } from './telemetry-options.ts';

/** Options that every command has. */
export interface GlobalArguments extends TelemetryArguments {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly envFile: string | undefined;
}

/** What `main` needs to know of a command line to make a context. */
export interface RunOptions extends GlobalOptions, TelemetryArguments {
  /** The command's words, such as `migrate up`. */
  readonly command: string;
}

/** What a command works with that makes a project, and so has none. */
export interface Outside {
  readonly io: Io;
  readonly output: Output;
  readonly telemetry: Telemetry;
}

/** Runs a command's work with a context and keeps its exit code; `main` provides it. */
export interface CommandHost {
  run(options: RunOptions, work: (context: Context) => Promise<number | void>): Promise<void>;
  /** The same for work that needs no project. */
  runOutside(options: RunOptions, work: (outside: Outside) => Promise<number | void>): Promise<void>;
  /** Prints what needs no project. */
  print(text: string): void;
}

export interface CommandDefinition<Options, Place = Context> {
  /** As yargs takes it: name and positional arguments, or several names. */
  readonly command: string | readonly string[];
  readonly describe: string;
  readonly examples: readonly (readonly [command: string, description: string])[];
  readonly options: (parser: Argv<GlobalArguments>) => Argv<Options & GlobalArguments>;
  /** Returns the exit code where it is not 0. */
  readonly handler: (
    place: Place,
    options: ArgumentsCamelCase<Options & GlobalArguments>,
  ) => Promise<number | void>;
}

/** Builds yargs' command module from a definition: the only place that knows how handlers reach a context. */
export function defineCommand<Options>(definition: CommandDefinition<Options>) {
  return define(definition, (host, options, work) => host.run(options, work));
}

/** The same for a command that needs no project. */
export function defineOutsideCommand<Options>(definition: CommandDefinition<Options, Outside>) {
  return define(definition, (host, options, work) => host.runOutside(options, work));
}

function define<Options, Place>(
  definition: CommandDefinition<Options, Place>,
  run: (
    host: CommandHost,
    options: RunOptions,
    work: (place: Place) => Promise<number | void>,
  ) => Promise<void>,
) {
  return (host: CommandHost): CommandModule<GlobalArguments, Options & GlobalArguments> => ({
    command: [definition.command].flat(),
    describe: definition.describe,
    builder: (parser) => {
      for (const [command, description] of definition.examples) parser.example(command, description);
      // An empty group now, so that options without one of their own come before those of every command.
      return definition.options(parser).group([], 'Options:');
    },
    handler: (options) =>
      run(host, { ...options, envFile: options.envFile ?? null, command: options._.join(' ') }, (place) =>
        definition.handler(place, options),
      ),
  });
}
