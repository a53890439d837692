import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Command } from '../../src/dev/servers/software.ts';
import type { BenchServer } from './bench-server.ts';
import type { Contender, Outcome } from './contest.ts';

const SCRIPTS = path.resolve(import.meta.dirname, '../contenders');
const said = z.object({ rows: z.number().nullable(), seconds: z.number() });

/** A contender that is a script of ours: it reads its order, with the login, from a file and prints how it went. */
export async function scriptContender(options: {
  readonly name: string;
  readonly interpreter: Command;
  readonly script: string;
  readonly order: Readonly<Record<string, unknown>>;
  readonly server: BenchServer;
  readonly scratch: string;
  readonly expectedRows: number | null;
}): Promise<Contender> {
  const { name, interpreter, script, order, server, scratch, expectedRows } = options;
  const file = path.join(scratch, `${script}.${server.software.flavour}.json`);
  await writeFile(file, JSON.stringify({ login: server.login, ...order }), { mode: 0o600 });
  return {
    name,
    program: { command: [...interpreter, path.join(SCRIPTS, script), file], stdout: 'read' },
    outcome: (stdout) => {
      const { rows, seconds } = said.parse(JSON.parse(stdout));
      return checked({ rows, ownSeconds: seconds }, expectedRows);
    },
  };
}

const report = z.object({
  runs: z.array(z.object({ database: z.string(), table: z.string(), rows: z.number(), seconds: z.number() })),
});

/** Reads what `tidemark extract-load --json` says. */
export function extractOutcome(stdout: string, expectedRows: number | null): Outcome {
  const { runs } = report.parse(JSON.parse(stdout));
  const rows = runs.reduce((sum, run) => sum + run.rows, 0);
  return checked({ rows, ownSeconds: Math.max(...runs.map((run) => run.seconds)) }, expectedRows);
}

function checked(outcome: Outcome, expectedRows: number | null): Outcome {
  if (expectedRows === null || outcome.rows === expectedRows) return outcome;
  throw new Error(`moved ${outcome.rows} rows instead of ${expectedRows}`);
}
