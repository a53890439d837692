const PARTS = ['sample', 'with', 'without'] as const;
const NAME = new RegExp(`^tidemark_cost_([0-9a-f]{8})_(?:${PARTS.join('|')})$`);

export type CopyPart = (typeof PARTS)[number];

/** A copy of the run with this token, which is eight hexadecimal digits. */
export function copyName(token: string, part: CopyPart): string {
  return `tidemark_cost_${token}_${part}`;
}

/** The token of the run that made this copy; null for a table that is none. */
export function copyToken(table: string): string | null {
  return NAME.exec(table)?.[1] ?? null;
}

/** The named lock that a run holds as long as it needs its copies; the server frees it when the run's connection ends. */
export function copyLock(token: string): string {
  return `tidemark-cost:${token}`;
}
