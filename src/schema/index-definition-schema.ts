import { z } from 'zod';
import type { IndexDefinition } from './index-definition.ts';

const indexPart = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('column'),
    name: z.string(),
    length: z.number().nullable(),
    descending: z.boolean(),
  }),
  z.object({ kind: z.literal('expression'), expression: z.string(), descending: z.boolean() }),
]);

/** Checks an index definition that was kept as JSON: in the ledger, in a baseline. */
export const indexDefinitionSchema: z.ZodType<IndexDefinition> = z.object({
  table: z.string(),
  name: z.string(),
  parts: z.array(indexPart),
  unique: z.boolean(),
  type: z.enum(['BTREE', 'FULLTEXT', 'SPATIAL']),
  visible: z.boolean(),
  comment: z.string(),
});
