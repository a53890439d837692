/** Upper bounds, in seconds, of the histogram of how long callers wait for a connection; a last one has no bound. */
export const WAIT_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30] as const;
