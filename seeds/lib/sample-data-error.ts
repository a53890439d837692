/** The seed files throw this; whoever runs them turns `kind` into its own exit code. */
export class SampleDataError extends Error {
  /** `usage`: the parameters are wrong. `refused`: going on could touch data that is not the sample's. */
  readonly kind: 'usage' | 'refused';
  /** What to do next. */
  readonly hint: string;

  constructor(kind: 'usage' | 'refused', message: string, hint: string) {
    super(message);
    // Read by name: the seeds and the command line may be loaded as two instances of a module (built and source).
    this.name = 'SampleDataError';
    this.kind = kind;
    this.hint = hint;
  }
}
