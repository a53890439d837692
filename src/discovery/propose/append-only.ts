/** What a table's name says of its rows: that they are added and never changed. */
const NAMES =
  /(?:^|_)(?:logs?|logging|history|histories|hist|audits?|audit_?(?:trail|log)s?|journal|ledger|trail|rizhi|liushui)(?:_|$|\d)|日志|流水|历史记录|操作记录/iu;

export function soundsAppendOnly(table: string): boolean {
  return NAMES.test(table.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_'));
}
