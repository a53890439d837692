import type { Argv, CommandModule } from 'yargs';
import type { CommandHost, GlobalArguments } from './command.ts';

/** A command that only holds others: `tidemark migrate up`. */
export function defineGroup(group: {
  readonly command: string;
  readonly describe: string;
  readonly commands: readonly ((host: CommandHost) => unknown)[];
}) {
  return (host: CommandHost): CommandModule<GlobalArguments, GlobalArguments> => ({
    command: group.command,
    describe: group.describe,
    builder: (parser: Argv<GlobalArguments>) =>
      parser
        .command(group.commands.map((command) => command(host)) as CommandModule[])
        .demandCommand(1, `which "${group.command}" command?`),
    handler: () => {},
  });
}
