import { digest, draw, hash, pick, sometimes, text } from '../../lib/expressions.ts';
import type { SampleColumn } from '../../lib/sample-table.ts';

/** Seconds between two actions of one visit. */
export const PACE = 37;

/** Sites of the sample install. */
const SITES = 3;

const KEYWORDS = ['开放数据', '气象 数据集', 'matomo 教程', '数据交易', '潮汐表🌊'];
const SITES_THAT_REFER = ['Baidu', 'Bing', 'Google', '搜狗'];
const CITIES = ['北京', '上海', '深圳', '成都', 'München', 'São Paulo'];

// All values below are drawn from the visit's hash `vh`, so that a conversion repeats what its visit says, as in Matomo.

/** Hash of a visit, for the sequence's computed columns. */
export const visitHash = (visit: string, seed: number): string => hash(visit, seed);

export const site: SampleColumn = {
  name: 'idsite',
  type: 'INT(10) UNSIGNED NOT NULL',
  value: `1 + ${draw('site', SITES, 'vh')}`,
};

/** Six visitors to ten visits, so that some return. Needs the computed column `vh`. */
export const visitor = (visits: number, seed: number): SampleColumn => ({
  name: 'idvisitor',
  type: 'BINARY(8) NOT NULL',
  value: `UNHEX(${digest(`CONCAT(${draw('visitor', Math.ceil(visits * 0.6), 'vh')}, ':${seed}')`, 16)})`,
});

const flag = (name: string, percent: number): SampleColumn => ({
  name,
  type: 'TINYINT(1) NULL',
  value: `${draw(name, 100, 'vh')} < ${percent}`,
});

const word = (name: string, type: string, values: readonly string[]): SampleColumn => ({
  name,
  type: `${type} NULL`,
  value: pick(name, values, 'vh'),
});

export const deviceColumns: readonly SampleColumn[] = [
  flag('config_cookie', 95),
  flag('config_flash', 1),
  flag('config_java', 1),
  flag('config_pdf', 70),
  flag('config_quicktime', 1),
  flag('config_realplayer', 1),
  flag('config_silverlight', 1),
  flag('config_windowsmedia', 1),
  word('config_browser_engine', 'VARCHAR(10)', ['Blink', 'Blink', 'Gecko', 'WebKit']),
  word('config_browser_name', 'VARCHAR(40)', ['CH', 'CM', 'FF', 'SF', 'PS']),
  word('config_browser_version', 'VARCHAR(20)', ['120.0', '121.0', '17.2', '115.0']),
  { name: 'config_client_type', type: 'TINYINT(1) NULL', value: '1' },
  word('config_device_brand', 'VARCHAR(100)', ['HW', 'XI', 'AP', 'SA', '']),
  word('config_device_model', 'VARCHAR(100)', ['generic desktop', 'Mate 60', 'iPhone', '小米 14']),
  { name: 'config_device_type', type: 'TINYINT(100) NULL', value: draw('config_device_type', 3, 'vh') },
  word('config_os', 'CHAR(3)', ['WIN', 'AND', 'IOS', 'MAC', 'LIN']),
  word('config_os_version', 'VARCHAR(100)', ['10', '11', '14', '17.2']),
  word('config_resolution', 'VARCHAR(18)', ['1920x1080', '390x844', '1366x768', 'unknown']),
];

export const referrerColumns: readonly SampleColumn[] = [
  {
    name: 'referer_keyword',
    type: 'VARCHAR(255) NULL',
    value: sometimes('keyword', 20, pick('keyword', KEYWORDS, 'vh'), 'vh'),
  },
  {
    name: 'referer_name',
    type: 'VARCHAR(255) NULL',
    value: sometimes('referrer', 50, pick('referrer', SITES_THAT_REFER, 'vh'), 'vh'),
  },
  { name: 'referer_type', type: 'TINYINT(1) UNSIGNED NULL', value: `1 + ${draw('referer_type', 3, 'vh')}` },
  {
    name: 'referer_url',
    type: 'VARCHAR(1500) NULL',
    value: sometimes(
      'referrer',
      50,
      `CONCAT('https://search.example.org/', ${draw('referer_url', 1e6, 'vh')})`,
      'vh',
    ),
  },
];

export const locationColumns: readonly SampleColumn[] = [
  {
    name: 'location_city',
    type: 'VARCHAR(255) NULL',
    value: sometimes('city', 70, pick('city', CITIES, 'vh'), 'vh'),
  },
  word('location_country', 'CHAR(3)', ['cn', 'cn', 'cn', 'de', 'br', 'us']),
  {
    name: 'location_latitude',
    type: 'DECIMAL(9,6) NULL',
    value: sometimes('city', 70, `${draw('latitude', 180_000_000, 'vh')} * 0.000001 - 90`, 'vh'),
  },
  {
    name: 'location_longitude',
    type: 'DECIMAL(9,6) NULL',
    value: sometimes('city', 70, `${draw('longitude', 360_000_000, 'vh')} * 0.000001 - 180`, 'vh'),
  },
  {
    name: 'location_region',
    type: 'CHAR(3) NULL',
    value: sometimes('city', 70, pick('region', ['BJ', 'SH', 'GD', 'BY'], 'vh'), 'vh'),
  },
];

/** What a visit knows of the visitor's history. */
export const visitorColumns: readonly SampleColumn[] = [
  flag('visitor_returning', 40),
  {
    name: 'visitor_seconds_since_first',
    type: 'INT(11) UNSIGNED NULL',
    value: draw('since_first', 31_536_000, 'vh'),
  },
  {
    name: 'visitor_seconds_since_order',
    type: 'INT(11) UNSIGNED NULL',
    value: sometimes('order', 5, draw('since_order', 31_536_000, 'vh'), 'vh'),
  },
  {
    name: 'visitor_count_visits',
    type: 'INT(11) UNSIGNED NOT NULL DEFAULT 0',
    value: `1 + ${draw('count_visits', 30, 'vh')}`,
  },
];

const customDimension = (index: number, label: string): SampleColumn => ({
  name: `custom_dimension_${index}`,
  type: 'VARCHAR(255) NULL',
  value: sometimes(`custom_dimension_${index}`, 30, text(label), 'vh'),
});

/** Matomo's five custom dimensions, of which this install uses the first two. */
export const customDimensions: readonly SampleColumn[] = [
  customDimension(1, '会员'),
  customDimension(2, 'A/B 测试'),
  { name: 'custom_dimension_3', type: 'VARCHAR(255) NULL' },
  { name: 'custom_dimension_4', type: 'VARCHAR(255) NULL' },
  { name: 'custom_dimension_5', type: 'VARCHAR(255) NULL' },
];
