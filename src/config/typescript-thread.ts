import type { InitializeHook, LoadHook, ResolveHook } from 'node:module';
import { typescriptHooks } from './typescript-hooks.ts';

/** What Node loads in its thread for hooks, where it cannot run them in the importing one. */
export interface ThreadData {
  readonly cacheDirectory: string;
}

let hooks: ReturnType<typeof typescriptHooks>;

export const initialize: InitializeHook<ThreadData> = ({ cacheDirectory }) => {
  hooks = typescriptHooks(cacheDirectory);
};
export const resolve: ResolveHook = (...args) => hooks.resolve(...args);
export const load: LoadHook = (...args) => hooks.load(...args);
