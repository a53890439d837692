import type { Finding } from '../finding.ts';
import type { PreflightCheck, PreflightSubject } from './check.ts';
import { columnsExist } from './columns-exist.ts';
import { indexesFew } from './indexes-few.ts';
import { keyFits } from './key-fits.ts';
import { namesFree } from './names-free.ts';
import { notRedundant } from './not-redundant.ts';
import { onlinePossible } from './online-possible.ts';
import { partitionsKnown } from './partitions-known.ts';
import { privilegesSuffice } from './privileges-suffice.ts';
import { serverCan } from './server-can.ts';
import { serverWritable } from './server-writable.ts';
import { spaceSuffices } from './space-suffices.ts';
import { strategyPossible } from './strategy-possible.ts';
import { tableQuiet } from './table-quiet.ts';
import { tablesExist } from './tables-exist.ts';

/** Every check, in the order of the report. */
const CHECKS: readonly PreflightCheck[] = [
  serverWritable,
  privilegesSuffice,
  tablesExist,
  columnsExist,
  namesFree,
  serverCan,
  keyFits,
  indexesFew,
  onlinePossible,
  strategyPossible,
  partitionsKnown,
  notRedundant,
  tableQuiet,
  spaceSuffices,
];

/** Runs every check, whatever the others find, and returns what they found. */
export async function runPreflight(subject: PreflightSubject): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHECKS) findings.push(...(await check(subject)));
  return findings;
}
