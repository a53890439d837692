import { draw, pick, sometimes } from '../../lib/expressions.ts';
import type { SampleTable } from '../../lib/sample-table.ts';
import { at, createdSeconds } from '../../lib/timeline.ts';
import { pageName, pageUrl } from './log-action.ts';
import { actionsOf, firstActionOf, visitsOf } from './numbering.ts';
import {
  customDimensions,
  deviceColumns,
  locationColumns,
  PACE,
  referrerColumns,
  site,
  visitHash,
  visitor,
  visitorColumns,
} from './shared-columns.ts';

/** Visits, in order of their first action. */
export function logVisit(
  prefix: string,
  sizes: { readonly linkRows: number; readonly actionRows: number },
  seed: number,
): SampleTable {
  const rows = visitsOf(sizes.linkRows);
  const lasts = `(acts - 1) * ${PACE}`;
  return {
    name: `${prefix}log_visit`,
    rows,
    lastRow: 'MAX(idvisit)',
    computed: [
      {
        vh: visitHash('id', seed),
        acts: actionsOf('id', sizes.linkRows),
        first_link: firstActionOf('id'),
        started: createdSeconds('id', rows, seed),
      },
    ],
    columns: [
      { name: 'idvisit', type: 'BIGINT(10) UNSIGNED NOT NULL AUTO_INCREMENT', value: 'id' },
      site,
      visitor(rows, seed),
      { name: 'visit_last_action_time', type: 'DATETIME NOT NULL', value: at(`started + ${lasts}`) },
      {
        name: 'config_id',
        type: 'BINARY(8) NOT NULL',
        value: "UNHEX(CONCAT(LPAD(HEX(vh), 8, '0'), '00000000'))",
      },
      {
        name: 'location_ip',
        type: 'VARBINARY(16) NOT NULL',
        // One in ten is IPv6; the last bytes are zero, as Matomo masks addresses.
        value: `IF(${draw('ipv6', 10)} = 0, UNHEX(CONCAT('20010DB8', LPAD(HEX(vh), 8, '0'), REPEAT('0', 16))),
          UNHEX(CONCAT('CB', LPAD(HEX(vh & 65535), 4, '0'), '00')))`,
      },
      {
        name: 'visit_entry_idaction_name',
        type: 'INT(10) UNSIGNED NULL',
        value: pageName('first_link', sizes.actionRows, seed),
      },
      {
        name: 'visit_entry_idaction_url',
        type: 'INT(11) UNSIGNED NULL',
        value: pageUrl('first_link', sizes.actionRows, seed),
      },
      {
        name: 'visit_exit_idaction_name',
        type: 'INT(10) UNSIGNED NULL',
        value: pageName('(first_link + acts - 1)', sizes.actionRows, seed),
      },
      {
        name: 'visit_exit_idaction_url',
        type: 'INT(10) UNSIGNED NULL',
        value: pageUrl('(first_link + acts - 1)', sizes.actionRows, seed),
      },
      { name: 'visit_total_actions', type: 'INT(11) UNSIGNED NULL', value: 'acts' },
      { name: 'visit_total_interactions', type: 'MEDIUMINT UNSIGNED NULL DEFAULT 0', value: 'acts' },
      { name: 'visit_total_searches', type: 'SMALLINT(5) UNSIGNED NULL', value: draw('searches', 3) },
      { name: 'visit_total_events', type: 'INT(11) UNSIGNED NULL', value: draw('events', 4) },
      { name: 'profilable', type: 'TINYINT(1) NULL', value: '1' },
      {
        name: 'user_id',
        type: 'VARCHAR(200) NULL',
        value: sometimes('user_id', 15, `CONCAT('用户', ${draw('user_id', 5000)})`),
      },
      { name: 'visit_first_action_time', type: 'DATETIME NOT NULL', value: at('started') },
      { name: 'visit_goal_buyer', type: 'TINYINT(1) NULL', value: `${draw('buyer', 50)} = 0` },
      { name: 'visit_goal_converted', type: 'TINYINT(1) NULL', value: `${draw('converted', 20)} = 0` },
      { name: 'visit_total_time', type: 'INT(11) UNSIGNED NOT NULL', value: lasts },
      ...visitorColumns,
      {
        name: 'visitor_seconds_since_last',
        type: 'INT(11) UNSIGNED NULL',
        value: sometimes('last', 40, draw('since_last', 2_592_000)),
      },
      {
        name: 'visitor_localtime',
        type: 'TIME NULL',
        value: `MAKETIME(${draw('hour', 24)}, ${draw('minute', 60)}, ${draw('second', 60)})`,
      },
      ...deviceColumns,
      ...referrerColumns,
      ...locationColumns,
      {
        name: 'location_browser_lang',
        type: 'VARCHAR(20) NULL',
        value: pick('lang', ['zh-cn', 'zh-cn', 'en-us', 'de-de']),
      },
      { name: 'last_idlink_va', type: 'BIGINT(20) UNSIGNED NULL', value: 'first_link + acts - 1' },
      ...customDimensions,
    ],
    keys: [
      'PRIMARY KEY (`idvisit`)',
      'KEY `index_idsite_config_datetime` (`idsite`, `config_id`, `visit_last_action_time`)',
      'KEY `index_idsite_datetime` (`idsite`, `visit_last_action_time`)',
      'KEY `index_idsite_idvisitor_time` (`idsite`, `idvisitor`, `visit_last_action_time` DESC)',
    ],
  };
}
