import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { Context, GlobalOptions } from '../context.ts';

/** Options that every command has. */
export interface GlobalArguments {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly envFile: string | undefined;
}

/** Runs a command's work with a context and keeps its exit code; `main` provides it. */
export interface CommandHost {
  run(options: GlobalOptions, work: (context: Context) => Promise<number | void>): Promise<void>;
}

export interface CommandDefinition<Options> {
  /** As yargs takes it: name and positional arguments. */
  readonly command: string;
  readonly describe: string;
  readonly examples: readonly (readonly [command: string, description: string])[];
  readonly options: (parser: Argv<GlobalArguments>) => Argv<Options & GlobalArguments>;
  /** Returns the exit code where it is not 0. */
  readonly handler: (
    context: Context,
    options: ArgumentsCamelCase<Options & GlobalArguments>,
  ) => Promise<number | void>;
}

/** Builds yargs' command module from a definition: the only place that knows how handlers reach a context. */
export function defineCommand<Options>(definition: CommandDefinition<Options>) {
  return (host: CommandHost): CommandModule<GlobalArguments, Options & GlobalArguments> => ({
    command: definition.command,
    describe: definition.describe,
    builder: (parser) => {
      for (const [command, description] of definition.examples) parser.example(command, description);
      return definition.options(parser);
    },
    handler: (options) =>
      host.run({ json: options.json, envFile: options.envFile ?? null }, (context) =>
        definition.handler(context, options),
      ),
  });
}
