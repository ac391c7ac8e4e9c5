// Takes screenshots of all pages of a running server with traffic, at two widths and in both themes.
//
//   node e2e/screenshots.mjs BASE_URL OUT_DIR
//
// A new page adds a line to `pages`. Exits 1 when the browser complains about a page. CHROMIUM names the browser.
import { chromium } from 'playwright-core';
import { browserFor, chromiumArgs } from './browser.mjs';

const [base, out] = process.argv.slice(2);
if (base === undefined || out === undefined) {
  console.error('usage: node e2e/screenshots.mjs BASE_URL OUT_DIR');
  process.exit(2);
}
const { openPage, problems, shoot } = browserFor(base, out);

/** The newest trace that matches: its page is one of those that are shown. */
const findTrace = async (FilterExpression) => {
  const now = Math.floor(Date.now() / 1000);
  const response = await fetch(`${base}/TraceSummaries`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ StartTime: now - 6 * 3600, EndTime: now + 1, FilterExpression }) });
  const { TraceSummaries = [] } = await response.json();
  return TraceSummaries[0]?.Id;
};

const failing = (await findTrace('fault')) ?? (await findTrace('responsetime >= 0'));

/** Name of the picture, path, and what is there when the page is drawn. */
const pages = [
  ['home', '/', (page) => page.getByRole('region', { name: 'Do we meet our targets?' }).getByRole('link')],
  ['map', '/map', (page) => page.getByRole('group', { name: 'Service map' }).getByRole('button').first()],
  ['traces', '/traces', (page) => page.getByRole('table', { name: 'Traces' }).getByRole('row').nth(1)],
  ['trace', `/trace/${failing}`, (page) => page.getByRole('group', { name: 'Map of this trace' }).getByRole('button').first()],
  ['analytics', '/analytics', (page) => page.getByRole('heading', { level: 2 }).first()],
  ['check', '/check', (page) => page.getByRole('heading', { level: 2 }).first()],
  ...['insights', 'groups', 'sampling', 'settings'].map((name) => [name, `/${name}`, (page) => page.getByRole('heading', { level: 1 })]),
  ['start', '/start', (page) => page.getByRole('tabpanel').getByRole('button').first()],
];

/** Milliseconds for a page beside a busy demo. */
const patience = 60_000;

const sizes = [
  [1280, 800],
  [390, 844],
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: chromiumArgs });
for (const colorScheme of ['light', 'dark']) {
  for (const [width, height] of sizes) {
    const page = await openPage(browser, { colorScheme, viewport: { width, height } });
    page.setDefaultTimeout(patience);
    for (const [name, path, drawn] of pages) {
      await page.goto(base + path);
      await drawn(page).waitFor();
      await page.waitForTimeout(500); // maps find their place, fonts theirs
      await shoot(page, `${name}-${width}-${colorScheme}`, { fullPage: true });
      console.log(`${name}-${width}-${colorScheme}.png`);
    }
    await page.context().close();
  }
}
await browser.close();
if (problems.length > 0) console.error(problems.join('\n'));
process.exitCode = problems.length === 0 ? 0 : 1;
