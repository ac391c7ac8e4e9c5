// Drives the trace page, the page for files and the comparison in real Chromium.
//
//   node e2e/trace.e2e.mjs BASE_URL OUT_DIR
//
// Sends its own traces to the server. Exits 1 when a step fails, when the browser reports an error or a request elsewhere, or
// when a page breaks a rule of WCAG 2.2 AA that axe knows, light or dark. Prints the frame times of scrolling 10,000 rows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { becomes, browserFor, frameText, framesWhile, must } from './browser.mjs';
import { checkout, large, paid, producer, put, quickOnes } from './traces.mjs';

const [base, out] = process.argv.slice(2);
if (base === undefined || out === undefined) {
  console.error('usage: node e2e/trace.e2e.mjs BASE_URL OUT_DIR');
  process.exit(2);
}
const { openPage, shoot, look, run } = browserFor(base, out);

const cause = producer();
const trace = checkout({ link: cause });
const other = checkout({ slow: 0.3, cached: true });
const good = paid();
const big = large(10_000);

const gridOf = (page) => page.getByRole('treegrid', { name: 'Timeline of the trace' });
const details = (page) => page.getByRole('complementary');
const param = (page, name) => new URL(page.url()).searchParams.get(name);
const rowOf = (page, text) => gridOf(page).getByRole('row').filter({ hasText: text });

const open = async (page, id = trace.traceId, query = '') => {
  await page.goto(`${base}/trace/${id}${query}`);
  await gridOf(page).getByRole('row').nth(1).waitFor();
};

const saved = async (page, item) => {
  await page.getByRole('button', { name: 'Download', exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
  const path = join(out, download.suggestedFilename());
  await download.saveAs(path);
  return path;
};

const tests = {
  'the timeline is searched, filtered, folded and zoomed': async (page) => {
    await open(page);
    const grid = gridOf(page);
    const count = await grid.getByRole('row').count();
    must(count === 10, `the timeline has ${count} rows, want the head and 9`);
    const search = page.getByRole('searchbox', { name: 'Search the rows of this trace' });
    await page.keyboard.press('/');
    await search.pressSequentially('bank');
    await page.getByRole('search').getByText(/^1 of \d/).waitFor();
    const first = param(page, 'row');
    await search.press('Enter');
    await becomes(page, () => param(page, 'row') !== first, 'Enter did not go to the next match');
    await search.press('Shift+Enter');
    await becomes(page, () => param(page, 'row') === first, 'Shift+Enter did not go back');
    await grid.focus();
    await page.keyboard.press('n');
    await becomes(page, () => param(page, 'row') !== first, 'n did not go to the next match');
    must(await search.evaluate((field) => field.value === 'bank'), 'the search lost its text');

    await page.keyboard.press('e');
    await becomes(page, async () => (await grid.getByRole('row').count()) < count, 'e did not hide what went well');
    must((await rowOf(page, 'validate basket').count()) === 0, 'a row without a failure is shown among the failures');
    await page.getByRole('button', { name: 'Only failures' }).click();
    await becomes(page, async () => (await grid.getByRole('row').count()) === count, 'the rows did not come back');

    await page.keyboard.press('x');
    await becomes(page, async () => (await grid.getByRole('row').count()) < 6, 'x did not close the rows');
    await page.getByRole('combobox', { name: 'Open rows to a level' }).selectOption('2');
    await becomes(page, async () => (await grid.getByRole('row').count()) === 6, 'two levels are not the root and four calls');
    await page.keyboard.press('o');

    await page.keyboard.press('+');
    await becomes(page, () => param(page, 'zoom') !== null, '+ did not zoom');
    await page.keyboard.press('0');
    await becomes(page, () => param(page, 'zoom') === null, '0 did not show the whole trace');
    const area = await page.locator('.rs-minimap-area').boundingBox();
    await page.mouse.move(area.x + area.width * 0.25, area.y + 20);
    await page.mouse.down();
    await page.mouse.move(area.x + area.width * 0.75, area.y + 20, { steps: 4 });
    await page.mouse.up();
    await becomes(page, () => {
      const [from, to] = (param(page, 'zoom') ?? '0-0').split('-').map(Number);
      return Math.abs(from - 0.16) < 0.01 && Math.abs(to - 0.48) < 0.01;
    }, 'dragging in the overview did not show its middle');
    const begin = page.getByRole('slider', { name: 'Begin of what is shown' });
    const before = param(page, 'zoom');
    await begin.focus();
    await page.keyboard.press('ArrowLeft');
    await becomes(page, () => param(page, 'zoom') !== before, 'the handle did not move by the keyboard');
    await page.reload();
    await becomes(page, () => param(page, 'zoom') !== null && param(page, 'find') === 'bank', 'a reload lost the view');
  },

  'the critical path and where time went are said and drawn': async (page) => {
    await open(page);
    const story = page.getByRole('region', { name: 'Result' });
    await story.getByText(/It failed first in the call from payments to api\.bank\.example: no answer from the bank in 400 ms/).waitFor();
    await story.getByRole('button', { name: 'the call from payments to api.bank.example' }).click();
    await becomes(page, async () => /504/.test(await gridOf(page).getByRole('row', { selected: true }).textContent()), 'the sentence did not lead to the row that failed first');
    must((await page.locator('.rs-bar-critical').count()) > 3, 'no critical path is drawn');
    must((await rowOf(page, 'api.bank.example').last().locator('.rs-bar-critical').count()) === 1, 'the failing call to the bank is not on the critical path');
    await rowOf(page, 'shop-web').first().click();
    await details(page).getByText('On the critical path').waitFor();
    await details(page).getByText('Worked itself').waitFor();
    await rowOf(page, 'validate basket').hover();
    const hint = await rowOf(page, 'validate basket').getAttribute('title');
    must(/UTC/.test(hint) && /local time/.test(hint), `the hint tells no absolute time: ${hint}`);
  },

  'keys have a help sheet, and can be turned off': async (page) => {
    await open(page);
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keys of this page' });
    await sheet.getByText('Search the rows').waitFor();
    await look(page, 'help');
    await sheet.getByRole('checkbox', { name: /Single letters/ }).uncheck();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('f');
    await page.waitForTimeout(300);
    must(param(page, 'show') === null, 'a letter did something after letters were turned off');
  },

  'the flame graph shows, selects and zooms': async (page) => {
    await open(page);
    await page.keyboard.press('f');
    const tree = page.getByRole('tree', { name: 'Flame graph of the trace' });
    await tree.getByRole('treeitem', { name: /^payments \d+ ms, of payments/ }).click();
    await becomes(page, () => param(page, 'row') === trace.pay && param(page, 'zoom') !== null, 'a click did not select and zoom');
    await tree.focus();
    await page.keyboard.press('ArrowUp');
    await becomes(page, () => param(page, 'row') === trace.call, 'up did not go to the caller');
    await page.keyboard.press('Escape');
    await becomes(page, () => param(page, 'zoom') === null, 'Escape did not zoom out');
    await look(page, 'flame');
  },

  'calls are summed up and sorted': async (page) => {
    await open(page);
    await page.keyboard.press('c');
    const table = page.getByRole('table', { name: 'Calls by service and name' });
    const bank = table.getByRole('row').filter({ hasText: 'api.bank.example' });
    await bank.waitFor();
    must(/2/.test(await bank.getByRole('cell').nth(1).textContent()), 'the two calls to the bank are not one line');
    const head = table.getByRole('columnheader', { name: 'Calls' });
    await head.getByRole('button', { name: 'Calls', exact: true }).first().click();
    await becomes(page, async () => ['ascending', 'descending'].includes(await head.getAttribute('aria-sort')), 'the table is not sorted by calls');
    await look(page, 'calls');
    await bank.getByRole('button').click();
    await becomes(page, () => param(page, 'show') === null && param(page, 'find') === 'api.bank.example', 'a name did not lead to its rows');
  },

  'the side panel tells exceptions, SQL, annotations and metadata': async (page) => {
    await open(page, trace.traceId, `?row=${trace.root}&tab=exceptions`);
    const panel = details(page);
    await panel.getByRole('heading', { name: 'CheckoutError' }).waitFor();
    await panel.getByRole('heading', { name: 'BankTimeout' }).waitFor();
    await panel.getByText('caused by').waitFor();
    await panel.getByText('2 frames of libraries').click();
    await panel.getByText(/serverHandler/).waitFor();
    await look(page, 'trace');
    await panel.getByRole('tab', { name: /^Metadata/ }).click();
    await panel.getByText('basket').click();
    await panel.getByText('items').click();
    await shoot(page, 'trace-metadata');
    await panel.getByRole('tab', { name: /^Annotations/ }).click();
    await shoot(page, 'trace-annotations');
    await panel.locator('a[title=\'annotation.plan = "gold"\']').click();
    await page.waitForURL(/\/traces\?/);
    must(param(page, 'filter') === 'annotation.plan = "gold"', `the filter is ${param(page, 'filter')}`);
    await page.getByRole('table', { name: 'Traces' }).getByRole('link', { name: trace.traceId }).waitFor();
    await page.getByRole('textbox', { name: 'Only traces that match' }).waitFor();
    await page.goBack();
    await rowOf(page, 'orders@db.internal').click();
    await panel.getByRole('tab', { name: /^SQL/ }).click();
    must(/\nWHERE o\.customer = \?\n {2}AND \(/.test(await panel.getByRole('region', { name: 'SQL statement' }).textContent()), 'the statement is not broken into lines');
    await shoot(page, 'trace-sql');
  },

  'a slow call is compared with its kind': async (page) => {
    await open(page, trace.traceId, `?row=${trace.call}`);
    await details(page).getByText(/^(Slower than 9\d %|As slow as the slowest) of its kind \(\d+ calls/).waitFor();
    await shoot(page, 'trace-kind');
  },

  'linked traces are listed and lead there': async (page) => {
    await open(page);
    const links = page.getByRole('region', { name: 'Linked traces' });
    await links.getByText('order-intake').waitFor();
    await links.getByRole('link', { name: cause.traceId }).click();
    await page.waitForURL(new RegExp(cause.traceId));
    await becomes(page, () => param(page, 'row') === cause.row, 'the link did not lead to the row');
  },

  'a trace is saved as JSON and opened again': async (page) => {
    await open(page);
    const path = await saved(page, /As JSON/);
    const text = readFileSync(path, 'utf8');
    must(JSON.parse(text).Traces[0].Id === trace.traceId, 'the file holds another trace');
    await page.goto(`${base}/trace-file`);
    await look(page, 'file');
    const field = page.locator('input[type=file]');
    for (const [name, content, sentence] of [
      ['words.txt', 'hello', /words\.txt: The file is not JSON/],
      ['other.json', '{"Traces":[{"Id":"1"}]}', /Traces\[0\]\.Segments is missing; it must be a list of segments/],
    ]) {
      await field.setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
      await page.getByText(sentence).waitFor();
    }
    await shoot(page, 'file-error');
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await field.setInputFiles(path);
    await gridOf(page).getByRole('row').nth(9).waitFor();
    await rowOf(page, 'DynamoDB').click();
    await details(page).getByText('Worked itself').or(details(page).getByText('Took')).first().waitFor();
    must(asked.every((url) => !/TraceGraph|\/Traces$|ServiceGraph|TraceSummaries/.test(url)), `the file page asked the server: ${asked.join(' ')}`);
    await look(page, 'file-open');
    const drop = await page.evaluateHandle((content) => {
      const data = new DataTransfer();
      data.items.add(new File([content], 'dropped.json'));
      return data;
    }, JSON.stringify({ Traces: [...JSON.parse(text).Traces, ...JSON.parse(text).Traces] }));
    await page.locator('.rs-drop').dispatchEvent('drop', { dataTransfer: drop });
    await page.getByText('dropped.json holds 2 traces').waitFor();
  },

  'a trace is saved as a page that needs nobody': async (page, browser) => {
    await open(page);
    const path = await saved(page, /As a page/);
    const alone = await openPage(browser, { offline: true });
    const asked = [];
    alone.on('request', (request) => asked.push(request.url()));
    await alone.goto(pathToFileURL(path).href);
    const grid = gridOf(alone);
    await grid.getByRole('row').nth(9).waitFor();
    await rowOf(alone, 'orders@db.internal').click();
    await details(alone).getByRole('tab', { name: /^SQL/ }).click();
    await details(alone).getByRole('region', { name: 'SQL statement' }).waitFor();
    await rowOf(alone, 'shop-web').first().click();
    await details(alone).getByRole('tab', { name: /^Metadata/ }).click();
    await details(alone).getByText('</script><script>').waitFor();
    must((await alone.title()) === `Trace ${trace.traceId} · Rayscope`, `the title is ${await alone.title()}`);
    await look(alone, 'alone');
    await alone.keyboard.press('f');
    await alone.getByRole('tree').waitFor();
    const elsewhere = asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:') && !url.startsWith('blob:'));
    must(elsewhere.length === 0 && asked.filter((url) => url.startsWith('file:')).length === 1, `the page asked for ${asked.join(' ')}`);
    await alone.context().close();
  },

  'two traces are compared': async (page) => {
    await open(page);
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.waitForURL(/\/compare\?a=/);
    await page.getByRole('textbox', { name: 'Trace B, after' }).fill('nonsense');
    await page.getByText('This is not a trace id').waitFor();
    await page.getByRole('textbox', { name: 'Trace B, after' }).fill(other.traceId);
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await becomes(page, () => param(page, 'b') === other.traceId, 'the URL does not hold the second trace');
    await page.getByText(/B took 300 ms longer than A\. In it 2 calls were added, 1 removed/).waitFor();
    const grid = page.getByRole('treegrid', { name: 'Calls of both traces' });
    await grid.getByRole('row').filter({ hasText: 'orders@db.internal' }).getByText('removed').waitFor({ state: 'attached' });
    await look(page, 'compare');
    await page.getByRole('button', { name: 'Only changes' }).click();
    await becomes(page, async () => (await grid.getByRole('row').filter({ hasText: 'check fraud' }).count()) === 0, 'what did not change is still shown');
    await page.getByRole('button', { name: 'Swap' }).click();
    await page.getByText(/B took 300 ms shorter than A/).waitFor();
    await page.goto(`${base}/compare?a=${trace.traceId}&b=1-00000001-000000000000000000000001`);
    await page.getByRole('alert').getByText(/There is no trace 1-00000001/).waitFor();
  },

  'the trace to compare with is chosen among similar ones': async (page) => {
    await open(page);
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    const similar = page.getByRole('region', { name: 'Similar requests' });
    await similar.getByText('Requests like A (POST /checkout/confirm, answered first by shop-web)').waitFor();
    const first = similar.getByRole('region', { name: 'Quickest that went well' }).getByRole('listitem');
    must((await first.count()) === 1, 'requests of another kind are offered');
    await first.filter({ hasText: 'suggested' }).getByText('45 ms').waitFor();
    const failed = similar.getByRole('region', { name: 'Failed last' }).getByRole('listitem');
    must((await failed.count()) === 1, 'the trace itself is offered, or the other one is not');
    await look(page, 'compare-choose');
    await first.getByRole('link', { name: /^Compare with the one of .*: OK, / }).click();
    await becomes(page, () => param(page, 'b') === good.traceId, 'the URL does not hold the suggestion');
    await page.getByText(/B took 595 ms shorter than A/).waitFor();
    must((await similar.getByRole('link').count()) === 0, 'the list is not folded once B is chosen');
    await page.getByRole('button', { name: 'Choose another request as B' }).click();
    await similar.getByText('This is B').waitFor();
    await similar.getByRole('link', { name: /Fault, / }).click();
    await becomes(page, () => param(page, 'b') === other.traceId, 'another request cannot be chosen');
    await page.goto(`${base}/compare?a=${big.traceId}`);
    await similar.getByText('No other request like A (requests, answered first by nightly-import)').waitFor();
  },

  'ten thousand rows scroll, search and zoom without jank': async (page) => {
    const began = Date.now();
    await open(page, big.traceId);
    console.log(`     10,000 rows: first rows after ${Date.now() - began} ms`);
    const grid = gridOf(page);
    const rows = Number(await grid.getAttribute('aria-rowcount'));
    must(rows >= big.count, `the timeline says ${rows} rows, want ${big.count}`);
    const box = await grid.boundingBox();
    await page.mouse.move(box.x + 200, Math.min(760, box.y + 120));
    await grid.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const scrolling = await framesWhile(page, async () => {
      for (let i = 0; i < 90; i += 1) {
        await grid.evaluate((element, by) => element.scrollBy(0, by), i < 60 ? 400 : 4000);
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
      }
    });
    console.log(`     scrolling: ${frameText(scrolling)}`);
    must((await grid.getByRole('row').count()) < 120, 'rows out of sight are drawn');
    await grid.focus();
    await page.keyboard.press('Home');
    const keys = await framesWhile(page, async () => {
      for (let i = 0; i < 40; i += 1) await page.keyboard.press('ArrowDown');
    });
    console.log(`     arrow keys: ${frameText(keys)}`);
    await page.keyboard.press('End');
    await becomes(page, async () => Number(await grid.getByRole('row', { selected: true }).getAttribute('aria-rowindex')) === rows, 'End is not the last row');
    const searching = Date.now();
    await page.getByRole('searchbox', { name: 'Search the rows of this trace' }).fill('rows@db');
    await page.getByRole('search').getByText(/^1 of 1,/).waitFor();
    console.log(`     search: ${Date.now() - searching} ms, 150 of which wait for the next letter`);
    await page.getByRole('button', { name: 'Only failures' }).click();
    await becomes(page, async () => Number(await grid.getAttribute('aria-rowcount')) < 60, 'only failures shows too much');
    await page.getByRole('button', { name: 'Only failures' }).click();
    await look(page, 'large');
    const drawing = Date.now();
    await page.keyboard.press('f');
    await page.getByRole('treeitem').first().waitFor();
    console.log(`     flame graph: ${Date.now() - drawing} ms, ${await page.getByRole('treeitem').count()} boxes`);
    await shoot(page, 'large-flame');
    await page.getByRole('treeitem', { name: /^importer-us/ }).first().click();
    await becomes(page, () => param(page, 'zoom') !== null, 'a click on a box did not zoom');
    await page.waitForTimeout(300);
    await shoot(page, 'large-flame-zoomed');
    await page.keyboard.press('c');
    await page.getByRole('table', { name: 'Calls by service and name' }).waitFor();
    await shoot(page, 'large-calls');
  },
};

await put(base, [...cause.documents, ...trace.documents, ...other.documents, ...good.documents, ...quickOnes(60), ...big.documents]);
const only = process.env.ONLY;
process.exitCode = await run(only === undefined ? tests : Object.fromEntries(Object.entries(tests).filter(([name]) => name.includes(only))));
