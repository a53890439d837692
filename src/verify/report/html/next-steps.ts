import type { Problem } from '../../problems.ts';
import { type Markup, markup } from './markup.ts';

const URGENCY = { error: 0, warning: 1, note: 2 } as const;

/** The problems as a list to work through, the most urgent first. */
export function nextSteps(problems: readonly Problem[]): Markup {
  if (problems.length === 0) return markup`<p>Nothing: the databases are as they should be.</p>`;
  const sorted = problems.toSorted((one, other) => URGENCY[one.severity] - URGENCY[other.severity]);
  const items = sorted.map(
    ({ severity, database, message, mend }) =>
      markup`<li><span class="tag ${severity}">${severity}</span> <b>${database}</b>: ${message}${
        mend === null ? [] : [markup`<br><span class="mend">To fix it: ${mend}</span>`]
      }</li>`,
  );
  return markup`<ul class="next">${items}</ul>`;
}
