import { parseHTML } from 'linkedom';
import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { IndexFinding } from '../../../src/verify/index-finding.ts';
import { renderAnnotations } from '../../../src/verify/report/annotations.ts';
import { toDocument } from '../../../src/verify/report/document.ts';
import { renderHtml } from '../../../src/verify/report/html/page.ts';
import { renderJunit } from '../../../src/verify/report/junit.ts';
import { renderMarkdown } from '../../../src/verify/report/markdown.ts';
import { renderSarif } from '../../../src/verify/report/sarif.ts';
import { renderText } from '../../../src/verify/report/text.ts';
import { indexDefinition, recorded, verificationOf } from '../../support/verifications.ts';

const PROJECT = { projectDirectory: '/shop' };
/** Any character may be in an identifier: these would break each of the formats. */
const NASTY = `a"b'<i>&|*_x\u0007\n%,:]]>`;

const ok: IndexFinding = { kind: 'ok', recorded: recorded(), actual: indexDefinition(), remarks: [] };
const missing: IndexFinding = { kind: 'missing', recorded: recorded(), equivalent: null, remarks: [] };
const nasty: IndexFinding = {
  kind: 'unrecorded',
  actual: indexDefinition({ name: NASTY }),
  reason: { kind: 'stray' },
  remarks: [{ kind: 'redundant', to: 'idx_update_time' }],
};
const broken = verificationOf([ok, missing, nasty]);
const plain = {
  colors: picocolors.createColors(false),
  table: (rows: readonly (readonly string[])[]) => rows.map((row) => row.join(' ')).join('\n'),
};

describe('the JSON document', () => {
  test('sums up so that found and missing make expected', () => {
    expect(toDocument(broken).summary).toEqual({
      expected: 2,
      found: 1,
      missing: 1,
      changed: 0,
      unrecorded: 1,
      hidden: 0,
      orphan: 0,
      ok: false,
    });
  });

  test('an expression part has no name', () => {
    const parts = [{ kind: 'expression', expression: 'lower(`note`)', descending: true }] as const;
    const definition = indexDefinition({ parts });
    const verification = verificationOf([{ ...ok, recorded: recorded({ definition }), actual: definition }]);
    expect(toDocument(verification).databases[0]!.indexes[0]!.actual?.columns).toEqual([
      { name: null, expression: 'lower(`note`)', length: null, descending: true },
    ]);
  });

  test('usage that nobody counted is null, not zero', () => {
    const usage = { kind: 'unavailable', reason: 'performance_schema is off', mend: 'turn it on' } as const;
    const [entry] = toDocument(verificationOf([ok], { usage })).databases[0]!.usage;
    expect(entry).toMatchObject({ reads: null, source: 'unavailable', mend: 'turn it on' });
  });
});

describe('the text', () => {
  test('ends with the totals and the verdict', () => {
    expect(renderText(broken, plain).split('\n').slice(-4)).toEqual([
      'Total Expected Indexes: 2',
      'Total Found: 1',
      'Total Missing: 1',
      'FAILED: 2 differences',
    ]);
    expect(
      renderText(verificationOf([ok]), plain)
        .split('\n')
        .at(-1),
    ).toBe('OK: every index is as recorded');
  });
});

test('JUnit: an error fails its test case, a warning does not, and the XML stays well-formed', () => {
  const xml = renderJunit(broken);
  expect(xml).toContain('tests="3" failures="2"');
  expect(xml).toContain('name="index a&quot;b&apos;&lt;i&gt;&amp;|*_x\n%,:]]&gt;"');
  expect(xml).not.toContain('\u0007');
  expect(xml.match(/<failure /g)).toHaveLength(2);
  expect(xml.match(/<system-out>/g)).toHaveLength(1);
});

test('SARIF: a result per problem, at the file of its migration, relative to the project', () => {
  const log = JSON.parse(renderSarif(broken, PROJECT)) as {
    readonly runs: readonly { readonly results: readonly Record<string, unknown>[] }[];
  };
  expect(log.runs[0]!.results).toMatchObject([
    {
      ruleId: 'index-missing',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'migrations/business/20261123000001_orders_idx_update_time.ts' },
          },
        },
      ],
    },
    { ruleId: 'index-unrecorded', level: 'error' },
    { ruleId: 'index-redundant', level: 'warning' },
  ]);
});

test('Markdown: a name cannot end a cell or start markup', () => {
  const row = renderMarkdown(broken)
    .split('\n')
    .find((line) => line.startsWith('| orders | a"b'));
  expect(row).toContain(String.raw`a"b'\<i\>&\|\*\_x`);
});

test('annotations: one line per problem, at its file', () => {
  const lines = renderAnnotations(broken, '/shop');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(
    /^::error file=migrations\/business\/20261123000001_orders_idx_update_time\.ts,title=tidemark index-missing::/,
  );
  expect(lines[1]).toContain('%0A%25,:');
  expect(lines.every((line) => !line.includes('\n'))).toBe(true);
});

const measured = (rowsRead: number, median: number) =>
  ({ kind: 'measured', rowsRead, seconds: { minimum: median / 2, median, maximum: median * 2 } }) as const;

describe('the page', () => {
  const html = renderHtml(
    verificationOf([ok, missing, nasty], {
      benchmark: [
        {
          table: 'orders',
          index: 'idx_update_time',
          rows: 1000,
          withIndex: measured(1001, 0.004),
          withoutIndex: measured(2_000_000, 0.9),
        },
        {
          table: 'huge',
          index: 'idx_update_time',
          rows: 1000,
          withIndex: measured(1001, 0.004),
          withoutIndex: { kind: 'stopped', afterSeconds: 30 },
        },
      ],
    }),
    {
      ...PROJECT,
      pools: [
        {
          database: 'business',
          size: 10,
          utilisation: 0.75,
          peakInUse: 9,
          samples: [{ at: '2026-11-23T07:59:00.000Z', inUse: 7, waiting: 0 }],
        },
      ],
    },
  );
  const { document } = parseHTML(html);

  test('needs nothing from elsewhere', () => {
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|src=/);
    const links = [...document.querySelectorAll('a')].map((link) => link.getAttribute('href') ?? '');
    expect(links.every((href) => href.startsWith('#') && document.querySelector(href) !== null)).toBe(true);
  });

  test('makes no tag of a name', () => {
    expect(document.querySelector('i')).toBeNull();
    expect(html).toContain('&lt;i&gt;&amp;');
  });

  test('has a language, headings in order, names for its drawings and scrolling parts', () => {
    expect(document.documentElement.getAttribute('lang')).toBe('en');
    const levels = [...document.querySelectorAll('h1,h2,h3')].map(({ tagName }) => Number(tagName[1]));
    expect(levels[0]).toBe(1);
    expect(levels.every((level, at) => at === 0 || level <= levels[at - 1]! + 1)).toBe(true);
    for (const svg of document.querySelectorAll('svg')) {
      expect(svg.getAttribute('role')).toBe('img');
      expect(svg.getAttribute('aria-label')).not.toBe('');
    }
    for (const region of document.querySelectorAll('.scroll')) {
      expect(region.getAttribute('tabindex')).toBe('0');
      expect(region.getAttribute('aria-label')).not.toBe('');
    }
    for (const table of document.querySelectorAll('table')) {
      expect(table.querySelector('caption')).not.toBeNull();
      expect(table.querySelectorAll('thead th[scope=col]').length).toBeGreaterThan(1);
    }
  });

  test('draws what was measured, and says what was stopped', () => {
    expect(document.querySelectorAll('svg').length).toBe(3);
    expect(html).toContain('stopped after 30s');
    expect(html).toContain('business 75.0 % on average, 9 of 10 connections at most');
  });
});
