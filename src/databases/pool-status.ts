/** A pool at one moment. */
export interface PoolStatus {
  /** `DB_POOL_SIZE`. */
  readonly size: number;
  /** `DB_MAX_OVERFLOW`. */
  readonly maxOverflow: number;
  readonly inUse: number;
  readonly idle: number;
  /** Open connections beyond `size`. */
  readonly overflow: number;
  /** Callers that wait for a connection, also those that one is being opened for. */
  readonly waiting: number;
  /** Connections that are being opened. */
  readonly connecting: number;
  readonly connections: readonly PooledConnection[];
}

export interface PooledConnection {
  /** The server's id of the connection. */
  readonly connectionId: number;
  readonly ageSeconds: number;
  readonly state: 'in use' | 'idle';
}
