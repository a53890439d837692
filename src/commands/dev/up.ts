import { databaseOptions, databasesToRead } from '../database-selection.ts';
import { defineCommand } from '../command.ts';

export const devUpCommand = defineCommand({
  command: 'up',
  describe: 'Start local servers for databases that the environment and .env do not name',
  examples: [['$0 dev up', 'Find or start a server and create the schemas']],
  options: (parser) => databaseOptions(parser),
  async handler(context, options) {
    const { startDevelopmentServers } = await import('../../dev/development-servers.ts');
    const servers = await startDevelopmentServers(context, databasesToRead(context.project, options));
    context.output.result({ command: 'dev up', ...servers }, () =>
      servers.databases
        .map(({ name, schema, address }) => `${name}: schema ${schema} on ${address}`)
        .join('\n'),
    );
  },
});
