import type { Benchmark } from '../benchmark.ts';
import { tidemark } from '../lib/bench-package.ts';
import { allMeasured, runContest } from '../lib/contest.ts';
import { COMMON_HEADER, commonCells } from '../lib/figures.ts';
import { indexedSample } from '../lib/indexed-source.ts';

/** A start takes a moment and varies by as much, so it is repeated more often than the rest. */
const REPEAT_FACTOR = 3;

export const start: Benchmark = {
  name: 'start',
  describe: 'the built package from its start to its end, with little to do',
  servers: 'one',
  async run(stage) {
    const { project, source } = await indexedSample(stage);
    const contenders = [
      {
        name: 'node, no program',
        program: { command: [process.execPath, '-e', '0'], stdout: 'discard' },
      } as const,
      ...[['--version'], ['--help'], ['migrate', 'status']].map((args) => ({
        name: `tidemark ${args.join(' ')}`,
        program: tidemark(project, source, args),
      })),
    ];
    const results = allMeasured(
      await runContest({ ...stage, contenders, repeat: stage.settings.repeat * REPEAT_FACTOR }),
    );
    return {
      results,
      tables: [
        {
          title: `start, two databases on one ${stage.server.label}`,
          header: ['command', ...COMMON_HEADER],
          rows: results.map((result) => [result.contender, ...commonCells(result)]),
          notes: [],
        },
      ],
    };
  },
};
