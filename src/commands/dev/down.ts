import { defineCommand } from '../command.ts';

export const devDownCommand = defineCommand({
  command: 'down',
  describe: 'Stop the local servers that "dev up" or "npm start" started',
  examples: [
    ['$0 dev down', 'Stop them and keep their data'],
    ['$0 dev down --remove-data', 'Stop them and remove their data'],
  ],
  options: (parser) =>
    parser.option('remove-data', {
      type: 'boolean',
      default: false,
      describe: "Remove the local servers' data as well",
    }),
  async handler({ project, environment, output }, { removeData }) {
    const { stopLocalServers } = await import('../../dev/servers/local-servers.ts');
    const outcome = await stopLocalServers({
      projectDirectory: project.directory,
      environment,
      report: output.note,
      removeData,
    });
    output.result({ command: 'dev down', ...outcome }, () => {
      switch (outcome.kind) {
        case 'none':
          return 'No local server was started here: nothing to stop.';
        case 'not-running':
          return outcome.dataRemoved
            ? 'The local server was not running; its data was removed.'
            : 'The local server was not running.';
        case 'stopped':
          return `Stopped ${outcome.servers.join(', ')}; its data was ${outcome.dataRemoved ? 'removed' : 'kept'}.`;
      }
    });
  },
});
