import { defineGroup } from '../group.ts';
import { migrateAdoptCommand } from './adopt.ts';
import { migrateCreateCommand } from './create.ts';
import { migrateDownCommand } from './down.ts';
import { migrateHistoryCommand } from './history.ts';
import { migratePlanCommand } from './plan.ts';
import { migratePublishCommand } from './publish.ts';
import { migrateStatusCommand } from './status.ts';
import { migrateUpCommand } from './up.ts';

export const migrateCommand = defineGroup({
  command: 'migrate',
  describe: 'Versioned index migrations: build, drop, inspect',
  commands: [
    migrateUpCommand,
    migrateDownCommand,
    migrateStatusCommand,
    migratePlanCommand,
    migrateCreateCommand,
    migrateAdoptCommand,
    migratePublishCommand,
    migrateHistoryCommand,
  ],
});
