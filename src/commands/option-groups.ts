/**
 * Headings of the help, in the order in which a command adds its options under them; options without a heading come next,
 * under `Options:`, and those of every command last.
 */
export const OPTION_GROUPS = {
  what: 'What:',
  howFar: 'How far:',
  howGently: 'How gently:',
  where: 'Where to:',
  building: 'How indexes are built:',
  gates: 'Before and between builds:',
  everywhere: 'Every command:',
  telemetry: 'Log and metrics:',
} as const;
