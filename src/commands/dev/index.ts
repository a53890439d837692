import { defineGroup } from '../group.ts';
import { devDownCommand } from './down.ts';
import { devSeedCommand } from './seed.ts';
import { devStartCommand } from './start.ts';
import { devUpCommand } from './up.ts';

export const devCommand = defineGroup({
  command: 'dev',
  describe: 'Local servers and sample data',
  commands: [devUpCommand, devDownCommand, devSeedCommand, devStartCommand],
});
