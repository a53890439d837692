/** Values of ordered columns, as the server wrote them; bytes are `0x…`. */
export type Position = readonly string[];

/** Rows between two positions of an order: after the first, up to and with the second; null for no end. */
export interface KeyWindow {
  readonly after: Position | null;
  readonly upTo: Position | null;
}

/** All rows. */
export const ALL_ROWS: KeyWindow = { after: null, upTo: null };
