import { describe, expect, test } from 'vitest';
import { STYLE } from '../../../src/verify/report/html/style.ts';

/** WCAG 2.2, "relative luminance". */
const luminance = (color: string) => {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
};
const contrast = (one: string, other: string) => {
  const [darker, lighter] = [luminance(one), luminance(other)].toSorted((left, right) => left - right);
  return (lighter! + 0.05) / (darker! + 0.05);
};

describe('the colours of the page', () => {
  const schemes = [...STYLE.matchAll(/:root \{([^}]*)\}/g)].map(
    ([, block = '']) =>
      new Map(
        [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = '', color = '']) => [name, color]),
      ),
  );
  test.each([
    ['light', 0],
    ['dark', 1],
  ] as const)('are readable in the %s scheme', (_, position) => {
    const color = (name: string) => schemes[position]!.get(name)!;
    const texts = ['text', 'quiet', 'note'].flatMap((name) => [
      [name, 'page'] as const,
      [name, 'card'] as const,
    ]);
    const tags = ['good', 'bad', 'warn', 'note'].map((name) => [name, `${name}-back`] as const);
    for (const [front, back] of [...texts, ...tags]) {
      expect(contrast(color(front), color(back)), `${front} on ${back}`).toBeGreaterThanOrEqual(4.5);
    }
    for (const series of [1, 2, 3, 4, 5]) {
      expect(contrast(color(`series-${series}`), color('card'))).toBeGreaterThanOrEqual(3);
    }
  });
});
