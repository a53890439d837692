import { describe, expect, test } from 'vitest';
import { openSink, openStates } from '../../src/sinks/open-sink.ts';
import type { StateReader } from '../../src/sinks/sink.ts';
import { Bench } from './support/bench.ts';
import { SINKS } from './sinks.ts';
import { ORDERS, order } from './support/tables.ts';

/** The longest name that the servers take: 64 characters, here of 3 bytes each. */
const LONG = '列'.repeat(63);

/** Names that some store folds, escapes, cuts, reads as a pattern or as a path, or keeps for itself. */
const NAMES = [
  'orders',
  'Orders',
  'ORDERS',
  'orders$loading',
  'orders_loading',
  'order',
  'ärger',
  'Ärger',
  'é',
  'e\u0301',
  `${LONG}a`,
  `${LONG}b`,
  'a.b',
  'a',
  'b',
  'a/b',
  'a%2Fb',
  '..',
  '.',
  '.hidden',
  'a b',
  'a b ',
  ' ',
  "it's",
  'say "hi"',
  'a\\b',
  'a*b',
  'a?b',
  '[ab]',
  '{a,b}',
  'v=7',
  'x;--',
  '$1',
  '%s',
  'select',
  'con',
  'COM1',
  'nul.txt',
  '_tidemark',
  'watermarks',
  '_manifest.json',
  'main',
  '__proto__',
];

/** Those of names that take up no place of one before them: what a run may load side by side. */
function apart({ placesOf }: Pick<StateReader, 'placesOf'>, names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.filter((name) => {
    const places = placesOf(name);
    const free = places.every((place) => !taken.has(place));
    if (free) for (const place of places) taken.add(place);
    return free;
  });
}

describe.each(SINKS)('places of tables in $name', (description) => {
  test('tables that share none are kept apart, whatever they and their databases are called', async () => {
    await using bench = await Bench.create(description);
    const sink = await bench.sink();
    const names = apart(sink, NAMES);
    // A sink may fold letters, and keep a name for itself; it may not give up on more.
    expect(NAMES.length - names.length).toBeLessThanOrEqual(4);
    const databases = ['business', 'Sales & more', '../x'];
    const targets = databases.flatMap((database, at) =>
      (at === 0 ? names : names.slice(0, 3)).map((table) => ({ ...ORDERS, database, table })),
    );
    for (const [at, target] of targets.entries()) {
      await bench.load(target, [order(at)]);
      await bench.merge(target, [order(at, { n: 1n }), order(1000)]);
    }
    for (const [at, target] of targets.entries()) {
      const { live } = await bench.read(target);
      expect(live, `${target.database}.${target.table}`).toEqual([order(at, { n: 1n }), order(1000)]);
    }
    const states = (await bench.states()).map(({ database, table }) => JSON.stringify([database, table]));
    expect(new Set(states)).toEqual(
      new Set(targets.map(({ database, table }) => JSON.stringify([database, table]))),
    );
  });

  test('are the same whoever asks, and a load that is aside is in one of them', async () => {
    await using bench = await Bench.create(description);
    const placesOf = async (open: typeof openSink | typeof openStates) => {
      await using opened = await open(bench.place.spec);
      return NAMES.map((name) => opened.placesOf(name));
    };
    const places = await placesOf(openSink);
    expect(await placesOf(openStates)).toEqual(places);
    for (const own of places) expect(own.length).toBeGreaterThan(0);
    // A load leaves the tables alone that share no place with its own.
    const names = apart(await bench.sink(), ['orders', 'orders$loading', 'orders_loading', 'loading']);
    for (const table of names) await bench.load({ ...ORDERS, table }, [order(1)]);
    for (const table of names) {
      await bench.table({ ...ORDERS, table }, async (opened) => {
        await using _ = await opened.load({ goOn: false });
      });
    }
    for (const table of names) {
      expect((await bench.read({ ...ORDERS, table })).live, table).toEqual([order(1)]);
    }
  });
});
