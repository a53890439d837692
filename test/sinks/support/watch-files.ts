import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const CHANGING = ['rename', 'rm', 'mkdir', 'writeFile', 'open', 'unlink'] as const;

/** Calls `reach` before each call of node:fs/promises that changes a file, or opens one. */
export function watchFiles(reach: (step: string) => void): void {
  for (const name of CHANGING) {
    const call: (...args: readonly unknown[]) => unknown = Reflect.get(fs.promises, name);
    Reflect.set(fs.promises, name, (...args: readonly unknown[]) => {
      reach(`${name} ${args.filter((arg) => typeof arg === 'string').join(' ')}`);
      return Reflect.apply(call, fs.promises, args) as unknown;
    });
  }
  syncBuiltinESMExports();
}
