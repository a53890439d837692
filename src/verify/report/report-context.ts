/** What the writers of reports know beside the verification. */
export interface ReportContext {
  /** Absolute path; files are named relative to it. */
  readonly projectDirectory: string;
}
