import type { Knex } from 'knex';
import { z } from 'zod';
import { SampleDataError } from './sample-data-error.ts';

/** What happened to one table while it was filled. */
export interface TableFilled {
  readonly table: string;
  /** Rows of the sample that the table holds now. */
  readonly rows: number;
  /** Rows that this run inserted; 0 when all were there. */
  readonly inserted: number;
  readonly seconds: number;
}

/** Rows of one table that a round of changes touched; no row is counted twice. */
export interface TableChanged {
  readonly table: string;
  readonly updated: number;
  readonly inserted: number;
}

const callback = <T extends (...values: never[]) => void>() =>
  z.custom<T>((value) => typeof value === 'function', 'must be a function');

const schema = z.object({
  /** Rows of the largest table; the others follow in proportion (README.md beside this folder). */
  rows: z.int().min(1_000).max(100_000_000).default(10_000),
  /** The same seed and rows give the same data on every server. */
  seed: z.int().min(0).max(2_147_483_647).default(1),
  /** Matomo's table prefix; empty is allowed, as in Matomo. */
  tablePrefix: z
    .string()
    .regex(/^\w{0,32}$/, 'letters, digits and _ only, at most 32')
    .default('matomo_'),
  /** Which round of changes to make; another round picks other rows. */
  round: z.int().min(1).max(1_000_000).default(1),
  /** Only looks whether something foreign is in the way, and writes nothing. */
  checkOnly: z.boolean().optional(),
  /** One line of progress for a person. */
  report: callback<(line: string) => void>().optional(),
  onFilled: callback<(filled: TableFilled) => void>().optional(),
  onChanged: callback<(changed: TableChanged) => void>().optional(),
});

export type SeedParameters = Readonly<z.infer<typeof schema>>;

/**
 * The parameters of a seed run, from `knex.userParams`; everything has a default, so that plain `knex seed:run` works.
 *
 * @throws SampleDataError (`usage`) that lists every parameter that is wrong.
 */
export function seedParameters(knex: Knex): SeedParameters {
  const parsed = schema.safeParse(knex.userParams ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new SampleDataError(
    'usage',
    `wrong seed parameters: ${faults.join('; ')}`,
    'rows is 1,000 to 100,000,000; seed is a whole number from 0',
  );
}
