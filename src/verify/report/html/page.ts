import type { Verification } from '../../verification.ts';
import { allProblems } from '../../problems.ts';
import { summarize } from '../../summary.ts';
import { verdict } from '../phrases.ts';
import type { ReportContext } from '../report-context.ts';
import { databaseSection } from './database-section.ts';
import { type Markup, markup, trusted } from './markup.ts';
import { nextSteps } from './next-steps.ts';
import { STYLE } from './style.ts';
import { trendsSection } from './trends-section.ts';

/** One page that needs nothing but itself: no script, no network. */
export function renderHtml(verification: Verification, context: ReportContext): string {
  const { databases } = verification;
  const trends = trendsSection(verification, context);
  const links: readonly (readonly [string, string])[] = [
    ['next', 'What to do next'],
    ...databases.map(({ database }) => [sectionId(database), database] as const),
    ...(trends === null ? [] : [['trends', 'Over time'] as const]),
  ];
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tidemark verify: ${verdict(verification)}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="page"><h1>tidemark verify</h1>
<p class="meta"><time datetime="${verification.startedAt}">${readableTime(verification.startedAt)}</time>, tidemark ${verification.toolVersion}</p>
<nav aria-label="Sections"><ul>${links.map(([id, title]) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul></nav></header>
<main id="content">
${totals(verification)}
<section class="card" id="next" aria-labelledby="next-title"><h2 id="next-title">What to do next</h2>
${nextSteps(allProblems(verification))}</section>
${databases.map((database) => databaseSection(database, sectionId(database.database)))}
${trends === null ? [] : [trends]}
</main>
</body>
</html>
`;
  return page.html;
}

function totals(verification: Verification): Markup {
  const { expected, found, missing, changed, unrecorded, hidden, orphan, ok } = summarize(verification);
  const counts = [
    [expected, 'expected'],
    [found, 'found'],
    [missing, 'missing'],
    [changed, 'changed'],
    [unrecorded, 'unrecorded'],
    [hidden, 'hidden'],
    [orphan, 'orphan'],
  ] as const;
  return markup`<section class="card verdict ${ok ? 'ok' : 'failed'}" aria-label="Verdict"><h2>${verdict(verification)}</h2>
<ul class="totals">${counts.map(([count, name]) => markup`<li><b>${count}</b><span>${name}</span></li>`)}</ul></section>`;
}

function sectionId(database: string): string {
  return `database-${database}`;
}

function readableTime(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
