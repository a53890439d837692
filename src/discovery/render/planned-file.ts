/** A file that is to be written: a new one, or one that gets something added. */
export interface PlannedFile {
  /** Relative to the project. */
  readonly file: string;
  readonly change: 'new' | 'added';
  /** The whole text. */
  readonly text: string;
  /** As in open(2). */
  readonly mode: number | null;
  /** What is added, as a person reads it; null for a new file. */
  readonly adds: string | null;
  /** What the TypeScript module must export afterwards, where it is an existing one that was edited. */
  readonly check: ((exported: Readonly<Record<string, unknown>>) => boolean) | null;
}

/** A file that a person has to change, since it is not written as `init` would. */
export interface ManualChange {
  readonly file: string;
  readonly instruction: string;
}

export function newFile(file: string, text: string, mode: number | null = null): PlannedFile {
  return { file, change: 'new', text, mode, adds: null, check: null };
}
