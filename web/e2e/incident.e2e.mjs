// Is a reader who knows nothing led to what is wrong? Drives the console in real Chromium beside a demo whose card processor is
// about to fail (rayscope demo --into=75s): from Home to the failing call in four clicks, and to the plan whose customers are hit.
//
//   node e2e/incident.e2e.mjs BASE_URL OUT_DIR
//
// Exits 1 when a step fails, or when the browser complains about anything. Screenshots go to OUT_DIR. CHROMIUM names the browser.
import { browserFor, must } from './browser.mjs';

const [base, out] = process.argv.slice(2);
if (base === undefined || out === undefined) {
  console.error('usage: node e2e/incident.e2e.mjs BASE_URL OUT_DIR');
  process.exit(2);
}
const { shoot, look, run } = browserFor(base, out);

/** The incident is over after a minute and a half; what it left behind is to be seen for long. */
const patience = 150_000;

const card = (page, question) => page.getByRole('region', { name: question });

/** Comes back to Home until the answer to a question is as wanted: the incident has to begin, and to leave a mark. */
const askUntil = async (page, question, answer) => {
  for (const end = Date.now() + patience; ; await page.waitForTimeout(3000)) {
    await page.goto(`${base}/`);
    await card(page, question).getByRole('link').first().waitFor();
    const text = (await card(page, question).textContent()) ?? '';
    if (answer.test(text)) return;
    must(Date.now() < end, `“${question}” is still answered by: ${text}`);
  }
};

const tests = {
  'from Home to the failing call in four clicks': async (page) => {
    await askUntil(page, 'What failed, and where first?', /failed,? first in api\.cardworks\.example/);
    await shoot(page, 'incident-home', { fullPage: true });
    await card(page, 'What failed, and where first?').getByRole('link', { name: 'See what failed first in api.cardworks.example' }).click();
    await page.getByRole('table', { name: 'Traces' }).getByRole('link', { name: /^1-[0-9a-f]{8}-/ }).first().click();
    await page.waitForURL(/\/trace\//);
    const call = page.getByRole('treegrid').getByRole('row', { name: /api\.cardworks\.example/ }).first();
    await call.click();
    const details = page.getByRole('complementary');
    await details.getByRole('tab', { name: /^Exceptions/ }).click();
    await details.getByText(/timeout|deadline/i).first().waitFor();
    await shoot(page, 'incident-failing-call');
  },

  'Home says who is hit': async (page) => {
    await askUntil(page, 'Who is affected?', /annotation plan = pro/);
    await shoot(page, 'incident-who', { fullPage: true });
  },

  'Analytics ranks the guilty annotation first': async (page) => {
    await page.goto(`${base}/analytics?live=off&select=fault`);
    const circumstances = page.getByRole('list', { name: 'Circumstances' }).getByRole('listitem');
    await circumstances.first().waitFor();
    const first = await circumstances.first().textContent();
    must(first.startsWith('plan = pro: '), `the first circumstance is ${first}`);
    const places = await page.getByRole('list', { name: 'Places' }).getByRole('listitem').allTextContents();
    must(places.some((text) => /checkout|payments/.test(text)), `neither checkout nor payments is among the places: ${places.join('; ')}`);
    await look(page, 'incident-analytics', { access: false });
  },
};

process.exitCode = await run(tests);
