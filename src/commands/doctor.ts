import { defineCommand } from './command.ts';
import { databaseOptions, databasesToRead } from './database-selection.ts';
import type { SinkSpec } from '../sinks/open-sink.ts';
import type { TableState } from '../sinks/sink.ts';
import { selectedSink, sinkOption } from './sink-selection.ts';

export const doctorCommand = defineCommand({
  command: 'doctor',
  describe: 'Check settings, connection, privileges and more',
  examples: [
    ['$0 doctor', 'Examine every database'],
    ['$0 doctor --db business --json', 'One database, as JSON'],
  ],
  options: (parser) => sinkOption(databaseOptions(parser)),
  async handler(context, options) {
    const [{ examineDatabase }, { isHealthy, renderText, toDocument }] = await Promise.all([
      import('../doctor/examine-database.ts'),
      import('../doctor/report.ts'),
    ]);
    const { output, project } = context;
    const sink = selectedSink(context, options);
    // Read once for all databases.
    let reading: Promise<readonly TableState[]> | null = null;
    const states = () => (reading ??= readStates(sink));
    const diagnoses = await Promise.all(
      databasesToRead(project, options).map((projectDatabase) =>
        examineDatabase({
          project,
          projectDatabase,
          states,
          configure: () => context.configure([projectDatabase])[0]!.config,
          open: (work) => context.withDatabases([projectDatabase], ([opened]) => work(opened!.database)),
        }),
      ),
    );
    output.result(toDocument(diagnoses), () => renderText(diagnoses, output));
    return isHealthy(diagnoses) ? 0 : 1;
  },
});

async function readStates(sink: SinkSpec): Promise<readonly TableState[]> {
  const { openStates } = await import('../sinks/open-sink.ts');
  await using states = await openStates(sink);
  return await states.states();
}
