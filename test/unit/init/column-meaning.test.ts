import { expect, test } from 'vitest';
import { soundsAppendOnly } from '../../../src/discovery/propose/append-only.ts';
import { meaningOf } from '../../../src/discovery/propose/column-meaning.ts';

const MODIFIED = [
  'update_time updated_at updatedAt update_date gmt_modified gmtModified modified_at modified last_modified lastModifiedTime',
  'mtime utime tstamp date_upd upd_dt UPD_TIME date_modified_gmt last_update row_updated_at sys_update_time',
  'changed changed_on last_changed lastupdate order_updated OrderUpdatedAt modify_time timemodified dt_mod edited_at updated_ts',
  'xgsj XGSJ gxsj bgsj zhxgsj xgrq gengxin_shijian gengxinshijian xiugai_shijian biangeng_riqi zuihou_xiugai_shijian',
  '更新时间 修改时间 最后更新时间 最后修改时间 变更日期 数据更新时间 更新時間 更新日時',
].flatMap((line) => line.split(' '));

const CREATED = [
  'created_at createdAt create_time gmt_create date_add crdate ctime inserted_at registered_at server_time event_time',
  'timestamp ts logged_at occurred_at cjsj lrsj rksj czsj chuangjian_shijian 创建时间 录入时间 新增日期 建立時間',
].flatMap((line) => line.split(' '));

/** What other changes of a row do not move, or what is no time of a change at all. */
const NEITHER = [
  'password_changed_at status_updated_at ts_password_modified last_login email_verified_at deleted_at expires_at start_time',
  'birthday published scheduled_date_gmt date_paid last_seen updated_by update_count modifier version price_update_reason',
  'invoice_date page_touched_by 出生日期 更新人 到期时间 id name total checkin_time',
].flatMap((line) => line.split(' '));

test.each(MODIFIED)('%s says when a row changed', (name) => {
  expect(meaningOf(name, 'orders')).toBe('modified');
});

test.each(CREATED)('%s says when a row was made', (name) => {
  expect(meaningOf(name, 'orders')).toBe('created');
});

test.each(NEITHER)('%s says neither', (name) => {
  expect(meaningOf(name, 'orders')).not.toBe('modified');
});

test("a table's own words count for nothing, in the singular too", () => {
  expect(meaningOf('category_updated_at', 'wp_categories')).toBe('modified');
  expect(meaningOf('category_updated_at', 'orders')).toBeNull();
});

test.each(['caozuo_rizhi', 'access_log', 'log_visit', 'priceHistory', 'audit', '操作日志', '资金流水'])(
  '%s sounds as if its rows never change',
  (name) => {
    expect(soundsAppendOnly(name)).toBe(true);
  },
);

test.each(['orders', 'blog', 'catalog', 'logistics', 'login', 'dialogs', 'events'])('%s does not', (name) => {
  expect(soundsAppendOnly(name)).toBe(false);
});
