// Drives the list of traces in real Chromium.
//
//   node e2e/list.e2e.mjs BASE_URL OUT_DIR
//
// Wants a server of its own: it sends traces and counts them. Exits 1 when a step fails, when the browser reports an error or a
// request elsewhere, or when the page breaks a rule of WCAG 2.2 AA that axe knows, light or dark.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { becomes, browserFor, must } from './browser.mjs';
import { newId, newTraceId, put } from './traces.mjs';

const [base, out] = process.argv.slice(2);
if (base === undefined || out === undefined) {
  console.error('usage: node e2e/list.e2e.mjs BASE_URL OUT_DIR');
  process.exit(2);
}
const { problems, look, run } = browserFor(base, out);

const count = 640;
const begin = Date.now() / 1000 - 600;

/** Requests of a shop within ten minutes: of the plan gold every second one fails, and slowly. One in 160 has no end, one user is a formula. */
const documents = Array.from({ length: count }, (_, i) => {
  const at = begin + i * 0.9;
  const plan = ['free', 'gold', 'team', 'free'][i % 4];
  const fails = i % 8 === 1;
  const [path, method] = [['/checkout', 'POST'], [`/orders/${4000 + (i % 90)}`, 'GET'], ['/cart', 'PUT']][i % 3];
  const took = fails ? 1.2 + (i % 40) / 100 : 0.02 + ((i * 37) % 100) / 500;
  const trace_id = newTraceId(at);
  const [root, call] = [newId(), newId()];
  const open = i % 160 === 4;
  const status = fails ? 502 : i % 50 === 3 ? 404 : i % 90 === 6 ? 429 : 200;
  return [
    {
      trace_id, id: root, name: 'shop-web', start_time: at, ...(open ? { in_progress: true } : { end_time: at + took }),
      user: i === 9 ? '=HYPERLINK("http://x")' : `u-${100 + (i % 23)}`, ...(status >= 500 ? { fault: true } : status >= 400 ? { error: true, ...(status === 429 ? { throttle: true } : {}) } : {}),
      http: { request: { method, url: `https://shop.example.com${path}?session=${i}`, client_ip: '203.0.113.9', user_agent: 'Firefox/140.0' }, response: { status } },
      annotations: { plan, items: i % 5, express: i % 2 === 0 },
      ...(open ? {} : { subsegments: [{ id: call, name: 'payments', namespace: 'remote', start_time: at + 0.004, end_time: at + took - 0.002, ...(fails ? { fault: true } : {}) }] }),
    },
    ...(open ? [] : [{ trace_id, id: newId(), parent_id: call, name: 'payments', start_time: at + 0.005, end_time: at + took - 0.003, ...(fails ? { fault: true, cause: { exceptions: [{ id: newId(), type: 'CardError', message: `card ${i} refused` }] } } : {}) }]),
  ];
}).flat();
const faults = count / 8;

const table = (page) => page.getByRole('table', { name: 'Traces' });
const rows = (page) => table(page).locator('tbody').getByRole('row');
const param = (page, name) => new URL(page.url()).searchParams.get(name);
const total = (page, text) => page.getByRole('status').filter({ hasText: text }).first().waitFor();

const open = async (page, query = '') => {
  await page.goto(`${base}/traces?last=1h&live=off${query}`);
  await rows(page).first().waitFor();
};

const openAttribute = async (page, name) => {
  const button = page.getByRole('button', { name, exact: true });
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
  return page.getByRole('list', { name, exact: true });
};

const drag = async (page, name, [fromX, toX], [fromY, toY]) => {
  const chart = page.getByRole('region', { name, exact: true }).locator('.rs-chart');
  await chart.locator('svg').waitFor();
  const box = await chart.boundingBox();
  await page.mouse.move(box.x + box.width * fromX, box.y + box.height * fromY);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * toX, box.y + box.height * toY, { steps: 6 });
  await page.mouse.up();
};

const download = async (page, item) => {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
  const path = join(out, file.suggestedFilename());
  await file.saveAs(path);
  return readFileSync(path, 'utf8');
};

const tests = {
  'all traces are counted, and older ones follow as one scrolls': async (page) => {
    await open(page);
    await total(page, `${count} traces match`);
    must((await rows(page).count()) < 100, 'rows out of sight are drawn');
    const box = page.getByRole('region', { name: 'List of traces, scrollable' });
    const atEnd = async () => {
      await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return (await table(page).locator(`tr[aria-rowindex="${count + 1}"]`).count()) > 0;
    };
    await becomes(page, atEnd, 'scrolling does not reach the oldest trace');
    await rows(page).last().getByRole('link').first().click();
    await page.waitForURL(/\/trace\//);
  },

  'values are added and excluded': async (page) => {
    await open(page);
    const plans = await openAttribute(page, 'plan');
    await plans.getByRole('listitem').filter({ hasText: 'gold' }).getByText(`${count / 4} traces, 25 %`).waitFor();
    await plans.getByRole('listitem').filter({ hasText: 'gold' }).getByText(/50 % faults · average/).waitFor();
    await page.getByRole('button', { name: 'Add: only traces with plan: gold' }).click();
    await total(page, `${count / 4} traces match`);
    must(param(page, 'filter') === 'annotation.plan = "gold"', `the filter is ${param(page, 'filter')}`);
    await openAttribute(page, 'Page (numbers and ids left out)');
    await (await openAttribute(page, 'HTTP method')).getByRole('button', { name: 'Exclude: no traces with HTTP method: GET' }).click();
    await becomes(page, () => param(page, 'filter') === 'annotation.plan = "gold" AND !(http.method = "GET")', 'the filter does not exclude');
    await page.getByRole('button', { name: 'Added: only traces with plan: gold', pressed: true }).click();
    await becomes(page, () => param(page, 'filter') === '!(http.method = "GET")', 'a second click did not take the condition back');
    await page.reload();
    await page.getByRole('list', { name: 'plan', exact: true }).waitFor();
  },

  'pages and exceptions are added and excluded, whatever their ids': async (page) => {
    await open(page);
    const pages = await openAttribute(page, 'Page (numbers and ids left out)');
    const orders = Math.ceil((count - 1) / 3);
    await pages.getByRole('listitem').filter({ hasText: '/orders/{id}' }).getByText(`${orders} traces`).waitFor();
    await page.getByRole('button', { name: 'Add: only traces with Page (numbers and ids left out): /orders/{id}' }).click();
    await total(page, `${orders} traces match`);
    must(param(page, 'filter') === 'url.template = "/orders/{id}"', `the filter is ${param(page, 'filter')}`);
    await page.getByRole('button', { name: 'Exclude: no traces with Page (numbers and ids left out): /orders/{id}' }).click();
    await total(page, `${count - orders} traces match`);
    await open(page);
    await (await openAttribute(page, 'Exception')).getByRole('button', { name: 'Add: only traces with Exception: CardError: card {n} refused' }).click();
    await total(page, `${faults} traces match`);
    await look(page, 'list-exception');
    await open(page, `&filter=${encodeURIComponent('exception CONTAINS "card 9 "')}`);
    await total(page, '1 trace matches');
  },

  'classes count for all matches': async (page) => {
    await open(page);
    await page.getByRole('button', { name: `Fault ${faults}`, exact: true }).click();
    await total(page, `${faults} traces match`);
    await page.getByRole('button', { name: /^Throttled \d+$/ }).waitFor();
    const shown = await rows(page).allTextContents();
    must(shown.every((text) => text.startsWith('Fault')), 'the list has others than faults');
    await page.getByText('Each point is a trace.').waitFor();
    await look(page, 'list-faults');
    await open(page, '&class=pending');
    await total(page, `${count / 160} traces match`);
  },

  'places on the map become conditions': async (page) => {
    await open(page, `&via=${encodeURIComponent('payments')}&via=${encodeURIComponent('shop-web|client')}`);
    await total(page, `${count - count / 160} traces match`);
    await page.getByRole('button', { name: 'Through payments. Remove this condition' }).click();
    await total(page, `${count} traces match`);
  },

  'the slowest of all come first': async (page) => {
    await open(page);
    await page.getByRole('button', { name: 'Slowest' }).click();
    await becomes(page, async () => (await rows(page).first().textContent()).startsWith('Fault'), 'the first is not a slow one');
    await page.getByText(`These are the 300 slowest of ${count}.`).waitFor();
    await page.getByRole('button', { name: 'Fastest' }).click();
    await becomes(page, async () => (await rows(page).first().textContent()).includes('20 ms'), 'the first is not the fastest');
  },

  'bands of response times are typed or dragged': async (page) => {
    await open(page);
    const region = page.getByRole('region', { name: 'Response times', exact: true });
    await region.getByRole('spinbutton', { name: 'From' }).fill('1000');
    await region.getByRole('button', { name: 'Keep these response times' }).click();
    await becomes(page, () => param(page, 'filter') === 'responsetime >= 1', 'the typed band is not in the filter');
    await total(page, `${faults} traces match`);
    await region.getByRole('button', { name: 'All response times' }).click();
    await total(page, `${count} traces match`);
    await drag(page, 'Response times', [0.55, 0.99], [0.3, 0.5]);
    await becomes(page, () => /^responsetime >= [\d.]+ AND responsetime < [\d.]+$/.test(param(page, 'filter') ?? ''), 'a drag over the bars did not choose a band');
    await region.getByRole('spinbutton', { name: 'to less than' }).fill('0.001');
    await region.getByText('The second time has to be longer than the first.').waitFor();
  },

  'a rectangle over time narrows time and band': async (page) => {
    await open(page);
    await page.getByText(/^The fuller a cell/).waitFor();
    await drag(page, 'Response times over time', [0.3, 0.98], [0.1, 0.6]);
    await becomes(page, () => param(page, 'from') !== null && /responsetime/.test(param(page, 'filter') ?? ''), 'a drag over the heat map did not narrow');
    await open(page, `&class=fault`);
    await page.getByText('Each point is a trace.').waitFor();
    await drag(page, 'Response times over time', [0.9, 0.4], [0.85, 0.2]);
    await becomes(page, () => param(page, 'from') !== null && /responsetime/.test(param(page, 'filter') ?? ''), 'a drag over the points did not narrow');
  },

  'columns are chosen and stay in the URL': async (page) => {
    await open(page);
    await page.getByRole('button', { name: /Columns/ }).click();
    await page.getByRole('option', { name: 'plan' }).click();
    await page.getByRole('option', { name: 'Trace id' }).click();
    await page.keyboard.press('Escape');
    await table(page).getByRole('columnheader', { name: 'plan' }).waitFor();
    must((await table(page).getByRole('columnheader', { name: 'Trace id' }).count()) === 0, 'the column of ids is still there');
    await page.reload();
    await table(page).getByRole('columnheader', { name: 'plan' }).waitFor();
    await table(page).getByRole('cell', { name: 'gold' }).first().waitFor();
  },

  'what matches is exported': async (page) => {
    await open(page);
    const csv = await download(page, /CSV/);
    const lines = csv.trimEnd().split('\r\n');
    must(lines.length === count + 1, `the CSV has ${lines.length} lines, want ${count + 1}`);
    must(csv.includes(`"'=HYPERLINK(""http://x"")"`), 'a formula is not quoted');
    await page.getByText(`The file has all ${count} traces.`).waitFor();
    await open(page, '&class=fault');
    const json = JSON.parse(await download(page, /JSON/));
    must(json.length === faults && json.every(({ HasFault }) => HasFault), `the JSON has ${json.length} traces, want ${faults} faults`);
  },

  'an expression that the server refuses is explained in place': async (page) => {
    await page.goto(`${base}/traces?last=1h&live=off&filter=falt`);
    await page.getByRole('alert').getByText(/did you mean 'fault'/).first().waitFor();
    // The browser's log has every answer 400.
    problems.splice(0, problems.length, ...problems.filter((problem) => !problem.includes('status of 400')));
    const box = page.getByRole('textbox', { name: 'Only traces that match' });
    await box.click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('fault');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Apply: Only traces that match' }).click();
    await total(page, `${faults} traces match`);
  },

  'a filter that matches nothing says what excludes how much': async (page) => {
    await page.goto(`${base}/traces?last=1h&live=off&filter=${encodeURIComponent('fault AND annotation.plan = "free"')}`);
    await page.getByRole('heading', { name: 'No trace matches' }).waitFor();
    await page.getByText(`There are ${count} traces in the last hour.`).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'fault' }).getByText(`alone matches ${faults}`).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'plan' }).getByText(`alone matches ${count / 2}`).waitFor();
    await look(page, 'list-none');
    await page.getByRole('button', { name: 'Remove the condition fault' }).click();
    await total(page, `${count / 2} traces match`);
  },

  'it looks right and is accessible': async (page) => {
    await open(page, `&open=${encodeURIComponent('service,http.status,annotation.plan,rootcause.fault')}`);
    await page.getByRole('list', { name: 'plan', exact: true }).waitFor();
    await look(page, 'list');
    await page.setViewportSize({ width: 390, height: 900 });
    await page.getByRole('button', { name: 'Charts and common values' }).click();
    await becomes(page, () => param(page, 'tools') === 'shown', 'the URL does not hold the charts');
    await look(page, 'list-tools');
  },
};

await put(base, documents);
process.exitCode = await run(tests);
