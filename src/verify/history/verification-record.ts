import { z } from 'zod';
import { jsonText } from '../../schema/json-text.ts';
import type { DatabaseFindings } from '../database-findings.ts';
import { planAccess } from '../plans/plan-finding.ts';
import { type IndexState, indexState } from '../index-state.ts';
import { subjectIndex } from '../index-finding.ts';
import { databaseProblems } from '../problems.ts';

const STATES = [
  'ok',
  'missing',
  'changed',
  'unrecorded',
  'orphan',
  'hidden',
] as const satisfies readonly IndexState[];

const recordSchema = z.object({
  /** ISO 8601, UTC. */
  at: z.string(),
  ok: z.boolean(),
  indexes: z.array(z.object({ table: z.string(), index: z.string(), state: z.enum(STATES) })),
  /** `shape` is the query without its values, by which two plans are compared. */
  plans: z.array(
    z.object({ table: z.string(), shape: z.string(), index: z.string().nullable(), access: z.string() }),
  ),
  benchmark: z.array(
    z.object({ table: z.string(), withIndexSeconds: z.number(), withoutIndexSeconds: z.number().nullable() }),
  ),
  usage: z
    .object({
      /** When the server started, ISO 8601 UTC. */
      since: z.string(),
      reads: z.array(z.object({ table: z.string(), index: z.string(), reads: z.number() })),
    })
    .nullable(),
});

/** What is kept of one verification of one database. */
export type VerificationRecord = z.infer<typeof recordSchema>;

/** What is kept of a verification. */
export function toRecord(findings: DatabaseFindings, at: string): VerificationRecord {
  const { indexes, plans, benchmark, usage } = findings;
  return {
    at,
    ok: databaseProblems(findings).every(({ severity }) => severity !== 'error'),
    indexes: indexes.map((finding) => {
      const { table, name } = subjectIndex(finding);
      return { table, index: name, state: indexState(finding) };
    }),
    plans: plans.map((plan) => {
      const access = planAccess(plan);
      return {
        table: plan.table,
        shape: queryShape(plan.query),
        index: access?.index ?? null,
        access: access?.access ?? plan.kind,
      };
    }),
    benchmark: benchmark.map(({ table, withIndex, withoutIndex }) => ({
      table,
      withIndexSeconds: withIndex.seconds.median,
      withoutIndexSeconds: withoutIndex.kind === 'measured' ? withoutIndex.seconds.median : null,
    })),
    usage: usage?.kind === 'measured' ? { since: usage.since, reads: [...usage.reads] } : null,
  };
}

/** Reads a record that was kept as JSON; null for one that a later tidemark wrote in another form. */
export function parseRecord(text: string): VerificationRecord | null {
  const parsed = jsonText.pipe(recordSchema).safeParse(text);
  return parsed.success ? parsed.data : null;
}

/** A query without the values in it: they are others in every run. */
function queryShape(query: string): string {
  return query.replaceAll(/'(?:[^'\\]|\\.|'')*'|\b\d+\b/g, '?');
}
