import { expect, test } from 'vitest';
import { draw, text } from '../../../seeds/lib/expressions.ts';

const multiplierOf = (salt: string): number => Number(/\* (\d+)\)/.exec(draw(salt, 10))?.[1]);

test('a draw multiplies by an odd number that keeps the product within 64 bits', () => {
  for (const salt of ['amount', 'status', 'user', '', '金额']) {
    const multiplier = multiplierOf(salt);
    expect(multiplier % 2).toBe(1);
    expect(BigInt(multiplier) * 0xffff_ffffn < 2n ** 64n).toBe(true);
  }
});

test('salts give draws of their own', () => {
  expect(multiplierOf('width')).not.toBe(multiplierOf('height'));
  expect(draw('width', 10)).toBe(draw('width', 10));
});

test('text is quoted for SQL', () => {
  expect(text("it's")).toBe("'it''s'");
});
