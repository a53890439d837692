import { literal } from '../source-text.ts';
import { defineIndex, type IndexOptions } from './define-index.ts';

/**
 * The text of a migration file. `defineIndex` judges the options, so that a file that is written can be loaded: throws
 * its ConfigurationError.
 */
export function renderMigration(options: IndexOptions): string {
  defineIndex(options);
  const lines = Object.entries(options).map(([option, value]) => `  ${option}: ${literal(value)},`);
  return [
    "import { defineIndex } from 'tidemark/define';",
    '',
    'export default defineIndex({',
    ...lines,
    '});',
    '',
  ].join('\n');
}
