// Drives the page for analytics in real Chromium.
//
//   node e2e/analytics.e2e.mjs BASE_URL OUT_DIR   sends an incident of its own to an empty server
//
// Exits 1 when a step fails, when the browser reports an error or a request elsewhere, or when the page breaks a rule of WCAG 2.2
// AA that axe knows, light or dark. Screenshots go to OUT_DIR. CHROMIUM names the browser.
import { becomes, browserFor, must } from './browser.mjs';
import { guilty, incident, requests, slowFrom } from './incident.mjs';
import { put } from './traces.mjs';

const [base, out] = process.argv.slice(2);
if (base === undefined || out === undefined) {
  console.error('usage: node e2e/analytics.e2e.mjs BASE_URL OUT_DIR');
  process.exit(2);
}
const { shoot, look, run } = browserFor(base, out);

const param = (page, name) => new URL(page.url()).searchParams.get(name);
const chips = (page) => page.getByRole('group', { name: 'Ready-made selections' });
const chip = (page, name) => chips(page).getByRole('button', { name });
const circumstances = (page) => page.getByRole('list', { name: 'Circumstances' }).getByRole('listitem');
const setOf = (page, name) => page.getByRole('region', { name, exact: true });
const chart = (page, name) => page.getByRole('region', { name }).locator('.rs-chart svg').first();
const countIn = async (page, name) => Number(/: (?:at least )?([\d,]+) request/.exec(await setOf(page, name).getByRole('heading').textContent())[1].replaceAll(',', ''));

const now = Math.floor(Date.now() / 1000);
const { start, documents } = incident(now);
const range = `from=${start - 30}&to=${now + 60}`;

/** Some tables are enough for pictures and for axe: a picture of all of them takes a laden machine half a minute. */
const few = '&tables=http.status,url.template,annotation.plan,annotation.innocent_5';

const open = async (page, query = '') => {
  await page.goto(`${base}/analytics?${range}${query}`);
  await page.getByRole('heading', { name: 'How long requests took' }).waitFor();
};

/** Drags over a part of a chart, given as shares of its width and height. */
const drag = async (page, name, from, to) => {
  const svg = chart(page, name);
  await svg.scrollIntoViewIfNeeded();
  const box = await svg.boundingBox();
  await page.mouse.move(box.x + box.width * from[0], box.y + box.height * from[1]);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to[0], box.y + box.height * to[1], { steps: 4 });
  await page.mouse.up();
};

const tests = {
  'with nothing selected the page teaches': async (page) => {
    await open(page, few);
    await page.getByRole('heading', { name: 'What is different?' }).waitFor();
    await page.getByText('Press one of the buttons above').waitFor();
    must((await countIn(page, 'All requests')) === requests, 'the page does not count all requests');
    await look(page, 'analytics');
  },

  'faults: the guilty plan is named first, with its shares, and nothing innocent beside it': async (page) => {
    await open(page, few);
    await chip(page, /^Faults/).click();
    await becomes(page, () => param(page, 'select') === 'fault', 'the URL does not hold the selection');
    const entries = circumstances(page);
    await entries.first().waitFor();
    const texts = await entries.allTextContents();
    must(texts[0].startsWith(`plan = ${guilty}: in `), `the first circumstance is ${texts[0]}`);
    must(/in (8|9)\d % of the selection/.test(texts[0]), `the share of the selection is not in ${texts[0]}`);
    must(texts.every((text) => !text.startsWith('innocent')), `an innocent annotation is accused: ${texts.join('; ')}`);
    const places = await page.getByRole('list', { name: 'Places' }).getByRole('listitem').allTextContents();
    must(places.some((text) => text.startsWith('service = payments')), `payments is not among the places: ${places.join('; ')}`);
    must((await countIn(page, 'Selection')) + (await countIn(page, 'The rest')) === requests, 'the two sets are not all requests');
    await look(page, 'analytics-faults');
    await chip(page, /^Faults/).click();
    await becomes(page, () => param(page, 'select') === null, 'the chip does not take its selection back');
  },

  'slow ones and what came since the change lead to the same plan': async (page) => {
    await open(page);
    await chip(page, /^Slowest 5 %/).click();
    await circumstances(page).first().waitFor();
    must((await circumstances(page).first().textContent()).startsWith(`plan = ${guilty}`), 'the slowest do not lead to the plan');
    const since = chip(page, /^Since .*: /);
    const name = await since.textContent();
    must(/slower|more faults/.test(name), `the change is told as ${name}`);
    await since.click();
    await becomes(page, () => param(page, 'since') !== null && param(page, 'min') === null, 'the URL does not hold the time');
    const off = Number(param(page, 'since')) - start - slowFrom;
    must(off > -60 && off < 260, `the change is found ${off} seconds from the first slow request`);
  },

  'every chart selects by dragging, and the fields do the same': async (page) => {
    await open(page, few);
    await drag(page, 'How long requests took', [0.7, 0.5], [0.9, 0.5]);
    await becomes(page, () => param(page, 'min') !== null, 'dragging over the distribution selects nothing');
    await setOf(page, 'Selection').waitFor();
    const [min, max] = [param(page, 'min'), param(page, 'max')];
    await page.goBack();
    await becomes(page, () => param(page, 'min') === null, 'going back does not take the selection back');

    await drag(page, 'Requests over time', [0.5, 0.4], [0.7, 0.4]);
    await becomes(page, () => param(page, 'since') !== null && param(page, 'until') !== null, 'dragging over the requests selects no time');
    await page.goBack();
    await drag(page, 'Response times over time', [0.5, 0.4], [0.7, 0.4]);
    await becomes(page, () => param(page, 'since') !== null, 'dragging over the response times selects no time');
    await page.goBack();
    await drag(page, 'When, and how long', [0.6, 0.1], [0.9, 0.4]);
    await becomes(page, () => param(page, 'since') !== null && param(page, 'min') !== null, 'dragging over the heat map selects no part of it');
    const dragged = await countIn(page, 'Selection');
    must(dragged > 20, `the part of the heat map has only ${dragged} requests`);
    await circumstances(page).first().waitFor();
    must((await circumstances(page).first().textContent()).startsWith(`plan = ${guilty}`), 'the slow part of the heat map does not lead to the plan');
    await look(page, 'analytics-heat', { access: false });

    await page.getByRole('button', { name: 'Clear the selection' }).click();
    await becomes(page, () => param(page, 'since') === null, 'the selection is not cleared');
    await page.getByRole('button', { name: /^Select a time or response times/ }).click();
    await page.getByRole('spinbutton', { name: 'Slower than (ms)' }).fill(String(Number(min) * 1000));
    await page.getByRole('spinbutton', { name: 'faster than (ms)' }).fill(max === null ? '' : String(Number(max) * 1000));
    await page.keyboard.press('Enter');
    await becomes(page, () => param(page, 'min') === min && param(page, 'max') === max, 'the fields select something else than the drag');
    await page.getByRole('spinbutton', { name: 'faster than (ms)' }).fill('1');
    await page.getByText('has to be larger than the lower one').waitFor();
  },

  'the heat map is read and selected from the keyboard': async (page) => {
    await open(page);
    const reader = page.getByRole('button', { name: /^Read the cells by keyboard/ });
    await reader.focus();
    const cell = page.getByRole('button', { name: / to .*, .* to .*: .*requests?/ });
    const before = await cell.textContent();
    await page.keyboard.press('ArrowRight');
    await becomes(page, async () => (await cell.textContent()) !== before, 'the arrow key does not move to another cell');
    const count = Number(/: ([\d,]+) request/.exec(await cell.textContent())[1]);
    await page.keyboard.press('Enter');
    await becomes(page, () => param(page, 'since') !== null && param(page, 'until') !== null, 'Enter does not select the cell');
    await setOf(page, 'Selection').waitFor();
    must((await countIn(page, 'Selection')) === count, 'the selection is not the cell');
  },

  'the lists behind both sets have as many traces': async (page) => {
    await open(page, `&select=${encodeURIComponent('fault OR error')}&min=0.1`);
    const [a, b] = [await countIn(page, 'Selection'), await countIn(page, 'The rest')];
    for (const [name, want] of [['Selection', a], ['The rest', b]]) {
      const href = await setOf(page, name).getByRole('link', { name: 'Show these traces' }).getAttribute('href');
      const query = new URL(href, base).searchParams;
      let [token, got] = [null, 0];
      do {
        const body = { StartTime: Number(query.get('from')), EndTime: Number(query.get('to')), FilterExpression: query.get('filter'), ...(token === null ? {} : { NextToken: token }) };
        const answer = await (await fetch(`${base}/TraceSummaries`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json();
        [token, got] = [answer.NextToken, got + answer.TraceSummaries.length];
      } while (token !== null);
      must(got === want, `${name}: the list ${href} has ${got} traces, the set ${want}`);
    }
  },

  'values of the tables select, filter and compare': async (page) => {
    await open(page, '&tables=http.status,annotation.plan');
    const plans = setOf(page, 'Annotation plan');
    await plans.getByRole('button', { name: guilty, exact: true }).click();
    await becomes(page, () => param(page, 'select') === `annotation.plan = "${guilty}"`, 'a click on a value does not select it');
    await setOf(page, 'The rest').waitFor();
    await plans.getByRole('button', { name: 'More to do with Annotation plan free' }).click();
    await page.getByRole('menuitem', { name: 'Compare the selection with these' }).click();
    await setOf(page, 'Compared with').waitFor();
    const [a, b] = [await countIn(page, 'Selection'), await countIn(page, 'Compared with')];
    must(a + b < requests && b > 300, `${a} are compared with ${b}`);
    await plans.getByRole('button', { name: 'More to do with Annotation plan free' }).click();
    await page.getByRole('menuitem', { name: 'Leave these out' }).click();
    await page.getByText('No request of this time matches the expression to compare with').waitFor();
    await page.goBack();
    await setOf(page, 'Status').getByRole('button', { name: 'Faults' }).click();
    await becomes(page, () => param(page, 'order') === 'faults', 'the URL does not hold the order');
    await setOf(page, 'Status').getByRole('columnheader', { name: 'Faults' }).and(page.locator('[aria-sort=descending]')).waitFor();
    must((await setOf(page, 'Status').getByRole('rowheader').first().textContent()) === '502', 'most faults do not come first');
  },

  'URLs and exceptions are selected without their ids': async (page) => {
    await open(page, '&tables=url.template,exception');
    await setOf(page, 'URL').getByRole('button', { name: '/products/{id}', exact: true }).click();
    await becomes(page, () => param(page, 'select') === 'url.template = "/products/{id}"', 'a click on a URL does not select it');
    await setOf(page, 'The rest').waitFor();
    must((await countIn(page, 'Selection')) + (await countIn(page, 'The rest')) === requests, 'the two sets are not all requests');
    const thrown = 'CardTimeout: card processor did not answer within {n} ms';
    await setOf(page, 'Exception').getByRole('button', { name: thrown, exact: true }).click();
    await becomes(page, () => param(page, 'select') === `exception = "${thrown}"`, 'a click on an exception does not select it');
    await circumstances(page).first().waitFor();
    must((await circumstances(page).first().textContent()).startsWith(`plan = ${guilty}`), 'the exception does not lead to the plan');
    await setOf(page, 'Exception').getByRole('button', { name: `More to do with Exception ${thrown}` }).click();
    await page.getByRole('menuitem', { name: 'Leave these out' }).click();
    await becomes(page, () => param(page, 'filter') === `!(exception = "${thrown}")`, 'the filter does not leave the exception out');
  },

  'response times by any attribute': async (page) => {
    await open(page, '&by=annotation.plan');
    const table = page.getByRole('table', { name: 'Response times by Annotation plan' });
    await table.getByRole('row', { name: new RegExp(`^${guilty}`) }).waitFor();
    await page.getByRole('button', { name: /^Response times by/ }).click();
    await page.getByRole('option', { name: 'Method' }).click();
    await page.getByRole('table', { name: 'Response times by Method' }).waitFor();
    must(param(page, 'by') === 'http.method', 'the URL does not hold the attribute');
  },

  'selections of everything and of nothing are explained': async (page) => {
    await open(page, `&select=${encodeURIComponent('responsetime >= 0')}`);
    await page.getByText('Everything is selected').waitFor();
    await shoot(page, 'analytics-everything', { fullPage: true });
    await open(page, `&select=${encodeURIComponent('responsetime > 1000')}`);
    await page.getByText('Nothing is selected').waitFor();
    await shoot(page, 'analytics-nothing', { fullPage: true });
    await page.goto(`${base}/analytics?${range}&filter=${encodeURIComponent('user = "nobody"')}`);
    await page.getByRole('heading', { name: 'No request matches the filter in this time' }).waitFor();
    await page.goto(`${base}/analytics?from=1000000000&to=1000003600`);
    await page.getByRole('button', { name: /^Show the last/ }).waitFor();
    await shoot(page, 'analytics-empty');
  },

  'the time before is compared': async (page) => {
    const half = Math.floor(start + 7 * 60);
    await page.goto(`${base}/analytics?from=${half}&to=${half + 420}`);
    await chip(page, 'Compare with the time before').click();
    await becomes(page, () => param(page, 'from') === String(half - 420) && param(page, 'since') === String(half), 'the time is not twice as long, or its second half not selected');
    await setOf(page, 'The rest').waitFor();
    const outcomes = page.getByRole('list', { name: 'Outcomes' }).getByRole('listitem');
    await outcomes.first().waitFor();
    must((await outcomes.allTextContents()).some((text) => text.startsWith('status = 502')), 'the faults are not among the outcomes');
  },
};

await put(base, documents);
process.exitCode = await run(tests);
