// Drives the Set-up check in real Chromium.
//
//   node e2e/check.e2e.mjs BASE_URL OUT_DIR    a server that nobody else sends to
//
// Sends what is wrong itself: a document that is refused, one from the future, one whose parent never comes. Exits 1 when a step
// fails, when the browser reports an error or a request elsewhere, or when a page breaks a rule of WCAG 2.2 AA that axe knows.
import { browserFor, must } from './browser.mjs';

const [base, out] = process.argv.slice(2);
if (base === undefined || out === undefined) {
  console.error('usage: node e2e/check.e2e.mjs BASE_URL OUT_DIR');
  process.exit(2);
}
const { shoot, look, run } = browserFor(base, out);

const hex = (digits) => Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('');

const put = async (changes) => {
  const now = Date.now() / 1000;
  const document = { trace_id: `1-${Math.floor(now).toString(16)}-${hex(24)}`, id: hex(16), name: 'shop', start_time: now - 1, end_time: now, ...changes };
  const response = await fetch(`${base}/TraceSegments`, { method: 'POST', body: JSON.stringify({ TraceSegmentDocuments: [JSON.stringify(document)] }) });
  must(response.ok, `the server answered ${response.status}`);
};

const rowOf = (page, question) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: question }) });

const tests = {
  'a new server says that nothing has arrived and how to find out why': async (page) => {
    await page.goto(`${base}/start`);
    await page.getByRole('link', { name: 'the set-up check' }).click();
    const row = rowOf(page, 'Does anything arrive?');
    await row.getByText('Nothing has arrived since the server was started').waitFor();
    await row.getByText('Look at it').waitFor();
    await row.getByRole('region', { name: /^Command/ }).getByText(/^rayscope doctor --daemon=127\.0\.0\.1:/).waitFor();
    await page.getByRole('table', { name: 'Bytes on disk by what they hold' }).waitFor();
    await look(page, 'check-new');
  },

  'a test trace arrives and can be opened': async (page) => {
    await page.goto(`${base}/check`);
    await page.getByRole('button', { name: 'Send a test trace' }).click();
    await page.getByText('It arrived').waitFor();
    await shoot(page, 'check-arrived');
    await page.getByRole('link', { name: 'Open the trace' }).click();
    await page.getByRole('treegrid').getByText('rayscope-doctor').first().waitFor();
  },

  'what is wrong is named with its numbers and what to do': async (page) => {
    await put({ name: undefined });
    await put({ name: 'future', end_time: Date.now() / 1000 + 600 });
    await page.goto(`${base}/check`);
    const refused = rowOf(page, 'Is anything refused?');
    await refused.getByText('Problem').waitFor();
    await refused.getByText(/name is a string of one character or more/).waitFor();
    const clock = rowOf(page, 'Are the clocks right?');
    await clock.getByText('Problem').waitFor();
    await clock.getByText(/at least 10 min ahead/).waitFor();
    await rowOf(page, 'Is the store well?').getByText('Good', { exact: true }).waitFor();
    await page.getByText('Only what needs a look').click();
    await page.waitForURL(/show=wrong/);
    must((await rowOf(page, 'Is the store well?').count()) === 0, 'what is good is still shown');
    await page.reload();
    await clock.waitFor();
    must((await rowOf(page, 'Is the store well?').count()) === 0, 'what is good is shown again after a reload');
    await page.goto(`${base}/check`);
    await clock.waitFor();
    await look(page, 'check-wrong');
  },
};

process.exitCode = await run(tests);
