import type { CopyStrategy, CopyTool } from './copy-tool.ts';
import { ghOst } from './gh-ost.ts';
import { ptOsc } from './pt-osc.ts';

export const COPY_TOOLS: Readonly<Record<CopyStrategy, CopyTool>> = { 'pt-osc': ptOsc, 'gh-ost': ghOst };
