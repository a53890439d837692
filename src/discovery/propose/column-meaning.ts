import type { ColumnInfo } from '../../schema/introspect-tables.ts';

/** What a column's name says of the time that it holds. */
export type Meaning = 'modified' | 'created';

/** Words around the one that tells, all of them without a meaning of their own: `last`, `gmt`, `dt`, `row`. */
const FILLERS =
  'last|latest|sys|system|row|record|rec|data|db|date|time|datetime|timestamp|ts|dt|gmt|utc|f|fld|col|the|on|at';
const ENDINGS =
  'at|on|time|times|date|ts|timestamp|tstamp|stamp|dt|dtm|tm|datetime|gmt|utc|epoch|ms|us|millis|unix|sec|seconds|when';

const MODIFIED = [
  'updated|update|upd|upt|modified|modify|modification|modif|mdfy|mod|changed|change|chg|edited|edit|touched|revised|lastmod',
  // Pinyin: 更新, 修改, 变更, 编辑, each with 时间 (time) or 日期 (date).
  '(?:zuihou|zuijin)?(?:gengxin|xiugai|biangeng|bianji)(?:shijian|riqi)?',
  // … and their first letters: gxsj, xgsj, bgsj, zhxgsj (最后修改时间).
  '(?:zh|zj)?(?:gx|xg|bg|bj)(?:sj|rq)',
].join('|');

const CREATED = [
  'created|create|creation|crt|added|add|inserted|insert|ins|registered|registration|logged|log|recorded|occurred|happened|received|event|server|published|posted|posting|entry',
  '(?:chuangjian|luru|tianjia|xinzeng|zhuce|jilu|dengji|fasheng|ruku|caozuo|rizhi)(?:shijian|riqi)?',
  '(?:cj|lr|tj|xz|zc|jl|dj|fs|rk|cz|rz)(?:sj|rq)',
].join('|');

/** Words that are enough by themselves: `mtime` of files, TYPO3's `tstamp`, `ctime`, a log's `timestamp`. */
const MODIFIED_ALONE = /^(?:mtime|utime|tstamp|lastmod|lastmodified|lastupdate|lastchange)$/;
const CREATED_ALONE = /^(?:ctime|crdate|crtime|timestamp|time|ts|datetime|dt|date|rq|sj)$/;

const HAN_MODIFIED =
  /^(?:最后|最近|数据|記錄|记录|系统|行)?(?:更新|修改|变更|變更|编辑|編輯|改动)(?:时间|時間|日期|时刻|时间戳|日時|日)?$/u;
const HAN_CREATED =
  /^(?:数据|记录|系统)?(?:创建|創建|建立|新增|录入|錄入|添加|插入|登记|登録|注册|註冊|记录|发生|入库|生成|操作|日志|作成)(?:时间|時間|日期|时刻|时间戳|日時|日)?$/u;

/**
 * What the name of a column means, whatever its separators and its case: `update_time`, `gmt_modified`, `updatedAt`,
 * `xgsj`, `更新时间`; null where it says something else, such as `password_changed_at`, which other changes do not move.
 * A table's own words may stand in it: `order_updated` of `orders`.
 */
export function meaningOf(column: string, table: string): Meaning | null {
  const name = compact(column);
  if (MODIFIED_ALONE.test(name) || HAN_MODIFIED.test(name)) return 'modified';
  if (CREATED_ALONE.test(name) || HAN_CREATED.test(name)) return 'created';
  const before = `(?:${[...tableWords(table), FILLERS].join('|')})*`;
  const says = (words: string) => new RegExp(`^${before}(?:${words})(?:${ENDINGS})*$`, 'u').test(name);
  if (says(MODIFIED)) return 'modified';
  return says(CREATED) ? 'created' : null;
}

/** Whether a column's type can hold a time that an index range is read by: a time, or a number of four bytes and more. */
export function mayHoldTime({ dataType, numericPrecision, numericScale, extra }: ColumnInfo): boolean {
  // A value that is computed anew by every read has no moment at which it changes.
  if (/\bVIRTUAL\b/.test(extra)) return false;
  switch (dataType) {
    case 'datetime':
    case 'timestamp':
    case 'date':
    case 'int':
    case 'bigint':
      return true;
    case 'decimal':
      return (numericPrecision ?? 10) - (numericScale ?? 0) >= 10;
    default:
      return false;
  }
}

/** Whether the server itself sets a column with every change of its row. */
export function isStampedByServer({ extra }: ColumnInfo): boolean {
  return extra.includes('ON UPDATE CURRENT_TIMESTAMP');
}

/** The words of a table's name, also in the singular; a letter or two say nothing. */
function tableWords(table: string): readonly string[] {
  const words = table.split(/[^\p{L}\p{N}]+/u).map((word) => word.toLowerCase());
  return [...words, compact(table)]
    .flatMap((word) => (word.length > 2 ? [word, word.replace(/ies$/, 'y').replace(/s$/, '')] : []))
    .toSorted((left, right) => right.length - left.length);
}

function compact(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}
