// Drives Home in real Chromium against a server of its own, with an incident that the test sends itself.
//
//   node e2e/home.e2e.mjs BASE_URL OUT_DIR
//
// Exits 1 when a step fails, or when the browser complains about anything. Screenshots go to OUT_DIR. CHROMIUM names the browser.
import { becomes, browserFor, checkAccess, must, mustFit } from './browser.mjs';
import { newId, newTraceId, put } from './traces.mjs';

const [base, out] = process.argv.slice(2);
if (base === undefined || out === undefined) {
  console.error('usage: node e2e/home.e2e.mjs BASE_URL OUT_DIR');
  process.exit(2);
}
const { shoot, run } = browserFor(base, out);

/** A checkout through three services; payments fails for those whose plan is enterprise while the incident lasts. */
const checkout = (at, i, incident) => {
  const plan = i % 10 === 0 ? 'enterprise' : ['free', 'team'][i % 2];
  const bad = incident && plan === 'enterprise';
  const throttled = i % 25 === 3;
  const [trace_id, web, call, orders, pay] = [newTraceId(at), newId(), newId(), newId(), newId()];
  const took = bad ? 1.9 : 0.12 + (i % 7) / 100;
  const status = bad ? 502 : 200;
  const request = (url) => ({ request: { method: 'POST', url }, response: { status } });
  const fault = bad ? { fault: true } : {};
  const cause = bad ? { cause: { exceptions: [{ id: newId(), type: 'GatewayTimeout', message: `card ${1000 + i} was not charged in 1500 ms` }] } } : {};
  return [
    { trace_id, id: web, name: 'web', start_time: at, end_time: at + took + 0.03, user: `u-${i % 40}`, annotations: { plan }, http: request('https://shop.example.com/checkout'), ...fault, subsegments: [{ id: call, name: 'orders', namespace: 'remote', start_time: at + 0.01, end_time: at + took + 0.02, http: request('http://orders.internal/orders'), ...fault }] },
    { trace_id, id: orders, parent_id: call, name: 'orders', start_time: at + 0.012, end_time: at + took + 0.015, http: request('http://orders.internal/orders'), ...fault, subsegments: [
      { id: newId(), name: 'sessions', namespace: 'remote', start_time: at + 0.013, end_time: at + 0.016, ...(throttled ? { throttle: true, error: true } : {}) },
      { id: pay, name: 'payments', namespace: 'remote', start_time: at + 0.02, end_time: at + took + 0.01, http: request('http://payments.internal/charge'), ...fault },
    ] },
    { trace_id, id: newId(), parent_id: pay, name: 'payments', start_time: at + 0.021, end_time: at + took, http: request('http://payments.internal/charge'), ...fault, subsegments: [{ id: newId(), name: 'charge card', start_time: at + 0.03, end_time: at + took - 0.01, ...fault, ...cause }] },
  ];
};

/** A quarter of an hour of checkouts, and the incident at its end. */
const sendIncident = async () => {
  const now = ended;
  const calm = Array.from({ length: 260 }, (_, i) => checkout(now - 820 + i * 2.7, i, false));
  const bad = Array.from({ length: 120 }, (_, i) => checkout(now - 86 + i * 0.7, i, true));
  await put(base, [...calm, ...bad].flat());
};

const card = (page, question) => page.getByRole('region', { name: question });

/** The quarter of an hour around the incident, and until after it is sent: the answers are the same however long the tests take. */
const ended = Math.floor(Date.now() / 1000);
const range = `from=${ended - 840}&to=${ended + 60}`;

const openHome = async (page, query = '') => {
  await page.goto(`${base}/?${range}${query}`);
  await card(page, 'Do we meet our targets?').getByRole('link').waitFor();
  await card(page, 'What depends on what?').getByRole('link').waitFor();
};

const says = (page, question, words) => card(page, question).getByText(words).first().waitFor();

const tests = {
  'every question is answered in a sentence that leads somewhere': async (page) => {
    await openHome(page);
    await says(page, 'Is anything wrong now?', /^Yes: \d+\s% of requests failed in the last 3\sminutes; before that it was 0\s%\.$/);
    await says(page, 'What failed, and where first?', /^12 requests failed; all of them failed first in payments; it says “GatewayTimeout: card \d+ was not charged in 1500\sms”/);
    await says(page, 'Who is affected?', /of 40 users had a request that failed; 100\s% of the failures are requests with annotation plan = enterprise, which is 10\s% of all requests\.$/);
    await says(page, 'Where is it slow?', /of them most of the time was spent in payments\.$/);
    await says(page, 'Where are we throttled?', /^sessions turned away 1\d of 380 calls/);
    await says(page, 'Do we meet our targets?', /^(No|No, one of two): .*9\d(\.\d+)?\s% of requests did not fail, where 99\.9\s% is wanted/);
    await says(page, 'What depends on what?', /^4 services are on the map; the busiest way is web → orders → payments; most depends on /);
    must((await page.title()) === 'Home · Rayscope', `the title is ${await page.title()}`);
    await shoot(page, 'home', { fullPage: true });
  },

  'the failing call is four clicks from Home': async (page) => {
    await openHome(page);
    await card(page, 'What failed, and where first?').getByRole('link', { name: 'See what failed first in payments' }).click();
    const traces = page.getByRole('table', { name: 'Traces' });
    await traces.getByRole('link', { name: /^1-[0-9a-f]{8}-/ }).first().click();
    await page.waitForURL(/\/trace\//);
    await page.getByRole('treegrid').getByRole('row', { name: /charge card/ }).click();
    const details = page.getByRole('complementary');
    await details.getByRole('tab', { name: /^Exceptions/ }).click();
    await details.getByText(/was not charged in 1500 ms/).first().waitFor();
    await shoot(page, 'home-failing-call');
  },

  'each link shows what its sentence says': async (page) => {
    await openHome(page);
    const answers = await page.locator('.rs-answer-link').count();
    must(answers === 7, `${answers} links below answers, want one for each of 7 questions`);
    const links = await page.locator('.rs-question a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    must(links.length > answers, 'no place where failures began is a link');
    for (const href of links.filter((link) => link.startsWith('/traces'))) {
      await page.goto(base + href);
      await page.getByRole('table', { name: 'Traces' }).getByRole('link', { name: /^1-/ }).first().waitFor();
    }
  },

  'a filter applies and can be dropped when nothing fits': async (page) => {
    await openHome(page, `&filter=${encodeURIComponent('annotation.plan = "free"')}`);
    await says(page, 'What failed, and where first?', /^Nothing: none of \d+ requests failed/);
    await page.goto(`${base}/?${range}&filter=${encodeURIComponent('annotation.plan = "none"')}`);
    await page.getByRole('button', { name: 'Look at all requests' }).click();
    await says(page, 'What failed, and where first?', /^12 requests failed/);
  },

  'targets are changed for everybody': async (page) => {
    await openHome(page);
    const targets = card(page, 'Do we meet our targets?');
    await targets.getByText('These are the defaults').waitFor();
    await targets.getByRole('button', { name: 'Change the targets' }).click();
    await targets.getByRole('spinbutton', { name: 'Do not fail' }).fill('90');
    await targets.getByRole('spinbutton', { name: 'Time of 95 %' }).fill('3');
    await targets.getByRole('button', { name: 'Save for all requests' }).click();
    await says(page, 'Do we meet our targets?', /^Yes: .*where 90\s% is wanted/);
    await page.reload();
    await says(page, 'Do we meet our targets?', /^Yes: .*where 90\s% is wanted/);
    const answer = await fetch(`${base}/rayscope/v1/targets`, { method: 'POST', body: JSON.stringify({ Availability: 99.9, ResponseTime: 1 }) });
    must(answer.ok, 'the targets could not be set back');
  },

  'the pages are reached by keyboard, and take the focus': async (page) => {
    await openHome(page);
    await page.keyboard.press('Tab');
    await becomes(page, () => page.evaluate(() => document.activeElement?.textContent === 'Skip to the content'), 'the first Tab does not offer to skip to the content');
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Traces' }).press('Enter');
    await page.waitForURL(/\/traces/);
    await becomes(page, () => page.evaluate(() => document.activeElement?.id === 'main'), 'the new page did not take the focus');
  },

  'one key lists all keys': async (page) => {
    await openHome(page);
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys of the console' });
    await help.getByText(/skips to the content/).waitFor();
    await help.getByRole('heading', { name: 'On the map' }).waitFor();
    await checkAccess(page, 'the help');
    await shoot(page, 'home-keys');
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
  },

  'it passes axe in both themes, wide and narrow': async (page) => {
    for (const theme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: theme });
      for (const [width, height] of [[1280, 800], [390, 844]]) {
        await page.setViewportSize({ width, height });
        await openHome(page);
        await mustFit(page, 'Home');
        await checkAccess(page, `Home, ${theme}, ${width}`);
        await shoot(page, `home-${theme}-${width}`, { fullPage: true });
      }
    }
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Map' }).waitFor();
    await checkAccess(page, 'the menu');
    await shoot(page, 'home-menu');
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Traces' }).press('Escape');
    must((await page.getByRole('button', { name: 'Menu' }).getAttribute('aria-expanded')) === 'false', 'Escape did not close the menu');
  },
};

await sendIncident();
process.exitCode = await run(tests);
