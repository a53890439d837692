/**
 * The page's style. Text on its background has a contrast of at least 4.5 : 1 in both schemes, the series of at least
 * 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11).
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2330; --quiet: #566072; --line: #d5dae2;
  --good: #12703f; --bad: #b3261e; --warn: #8a5300; --note: #205ea8;
  --good-back: #e3f4ea; --bad-back: #fce8e6; --warn-back: #fdf0dc; --note-back: #e4eefb;
  --series-1: #1f6fb2; --series-2: #c4571b; --series-3: #2b8a57; --series-4: #8250b5; --series-5: #8b6b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161d; --card: #1b212b; --text: #e6e9ef; --quiet: #a3adbd; --line: #343d4b;
    --good: #6fd39b; --bad: #ff9d94; --warn: #f2bd6b; --note: #8fc0ff;
    --good-back: #15352a; --bad-back: #43201e; --warn-back: #3c2e12; --note-back: #1a2f4a;
    --series-1: #6db3f2; --series-2: #f0955c; --series-3: #6fd39b; --series-4: #c39bf0; --series-5: #d9b84a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main, header.page { max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; margin: .5rem 0; line-height: 1.2; }
h2 { font-size: 1.3rem; margin: 0 0 .75rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
section.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin: 1rem 0; }
section.verdict.ok { border-left: .4rem solid var(--good); }
section.verdict.failed { border-left: .4rem solid var(--bad); }
.totals { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .5rem 0 0; padding: 0; list-style: none; }
.totals b { font-size: 1.6rem; display: block; line-height: 1.2; font-variant-numeric: tabular-nums; }
.totals span, .mend, .summary, .meta, figcaption + .legend { color: var(--quiet); }
nav ul, .legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: .25rem 0; list-style: none; }
a { color: var(--note); }
:focus-visible { outline: 3px solid var(--note); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0 .5rem; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; overflow-wrap: break-word; }
thead th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tag { display: inline-block; border-radius: .3rem; padding: 0 .45rem; font-size: .85rem; font-weight: 600; white-space: nowrap; }
.tag.ok { color: var(--good); background: var(--good-back); } .tag.error { color: var(--bad); background: var(--bad-back); }
.tag.warning { color: var(--warn); background: var(--warn-back); } .tag.note { color: var(--note); background: var(--note-back); }
code { font: .88em ui-monospace, monospace; overflow-wrap: anywhere; }
ul.next { padding: 0; list-style: none; margin: 0; } ul.next li { padding: .5rem 0; border-bottom: 1px solid var(--line); }
ul.next li:last-child { border: 0; }
figure { margin: 1rem 0; } figcaption { font-weight: 600; }
figure svg { display: block; max-width: 100%; height: auto; color: var(--text); }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: .2rem; margin-right: .4rem; vertical-align: -.05rem; }
@media (max-width: 40rem) { figure svg { max-width: none; width: 36rem; } }
@media print { body { background: none; } section.card { break-inside: avoid; } }
`;
