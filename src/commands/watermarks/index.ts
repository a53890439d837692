import { defineGroup } from '../group.ts';
import { watermarksCheckCommand } from './check.ts';
import { watermarksResetCommand } from './reset.ts';
import { watermarksSetCommand } from './set.ts';
import { watermarksShowCommand } from './show.ts';

export const watermarksCommand = defineGroup({
  command: 'watermarks',
  describe: 'How far each table has been extracted',
  commands: [watermarksShowCommand, watermarksCheckCommand, watermarksSetCommand, watermarksResetCommand],
});
