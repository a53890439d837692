import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Markup, markup, trusted } from './markup.ts';

/** One bar of a comparison. */
export interface Bar {
  readonly label: string;
  readonly series: 'with index' | 'without index';
  readonly value: number;
  /** What is written at its end. */
  readonly text: string;
}

/** One point of a line. */
export interface Point {
  readonly at: Date;
  readonly series: string;
  readonly value: number;
}

interface Figure {
  /** What the drawing shows, for those who do not see it too. */
  readonly caption: string;
  /** What it says, in a sentence. */
  readonly summary: string;
}

/** Wide enough to read on a desk; a phone scales the drawing down or scrolls it. */
const WIDTH = 680;
/** The page's style sheet gives the series their colours, in light and in dark. */
const SERIES = [
  'var(--series-1)',
  'var(--series-2)',
  'var(--series-3)',
  'var(--series-4)',
  'var(--series-5)',
];

/** Pairs of horizontal bars on a logarithmic scale, since an index is a matter of orders of magnitude. */
export function comparison(figure: Figure, unit: string, bars: readonly Bar[]): Markup {
  const least = Math.min(...bars.map(({ value }) => value));
  const start = 10 ** Math.floor(Math.log10(Math.max(least, 1e-6)) - 0.01);
  const most = Math.max(...bars.map(({ value }) => value));
  return draw(figure, {
    height: 40 + bars.length * 26 + new Set(bars.map(({ label }) => label)).size * 6,
    marginLeft: 12,
    marginRight: 12,
    marginTop: 4,
    x: { type: 'log', label: unit, domain: [start, most * 12], ticks: 5, tickFormat: '~s', grid: true },
    y: { axis: null },
    fy: { axis: null, padding: 0.2, domain: [...new Set(bars.map(({ label }) => label))] },
    color: { domain: ['with index', 'without index'], range: ['var(--series-1)', 'var(--series-2)'] },
    marks: [
      Plot.barX(bars, { x1: start, x2: 'value', y: 'series', fy: 'label', fill: 'series', rx: 2 }),
      Plot.text(bars, {
        x: 'value',
        y: 'series',
        fy: 'label',
        text: ({ label, series, text }: Bar) =>
          `${series === 'with index' ? label : 'without index'}  ${text}`,
        textAnchor: 'start',
        dx: 6,
        fill: 'currentColor',
      }),
    ],
  });
}

/** One line per series over time. `series` are all that the page knows, so that each has its colour in every drawing. */
export function timeline(
  figure: Figure,
  unit: string,
  points: readonly Point[],
  series: readonly string[],
): Markup {
  return draw(
    figure,
    {
      height: 240,
      marginLeft: 52,
      marginRight: 16,
      x: { type: 'utc', label: 'time (UTC)', ticks: 5 },
      y: { label: unit, grid: true, zero: true, ticks: 5, tickFormat: '~s' },
      color: { domain: series, range: series.map((_, position) => SERIES[position % SERIES.length]!) },
      marks: [
        Plot.ruleY([0]),
        Plot.lineY(points, { x: 'at', y: 'value', stroke: 'series', strokeWidth: 2 }),
        Plot.dot(points, { x: 'at', y: 'value', fill: 'series', r: 3 }),
      ],
    },
    series,
  );
}

function draw(
  { caption, summary }: Figure,
  options: Omit<Plot.PlotOptions, 'document'>,
  legend: readonly string[] = [],
): Markup {
  const { document } = parseHTML('<html><body></body></html>');
  const svg = Plot.plot({
    ...options,
    document,
    width: WIDTH,
    style: { fontSize: '12px', background: 'none' },
  });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `${caption}. ${summary}`);
  const keys = legend.map(
    (name, position) =>
      markup`<li><span class="key" style="background:${SERIES[position % SERIES.length]!}"></span>${name}</li>`,
  );
  return markup`<figure><figcaption>${caption}</figcaption>${
    keys.length < 2 ? [] : [markup`<ul class="legend">${keys}</ul>`]
  }<div class="scroll" role="region" aria-label="${caption}" tabindex="0">${trusted(svg.outerHTML)}</div><p class="summary">${summary}</p></figure>`;
}
