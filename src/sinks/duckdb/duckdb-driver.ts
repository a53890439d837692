/**
 * DuckDB's driver, by `require`: imported, Node would also search each of its hundred CommonJS files for what they
 * export, which takes as long as loading them.
 */
import { createRequire } from 'node:module';
import type * as Api from '@duckdb/node-api';
import type Bindings from '@duckdb/node-bindings';

const require = createRequire(import.meta.url);

export const duckdbApi = require('@duckdb/node-api') as typeof Api;
export const duckdbBindings = require('@duckdb/node-bindings') as typeof Bindings;
