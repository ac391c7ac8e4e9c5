// Drives the service map in real Chromium.
//
//   node e2e/map.e2e.mjs BASE_URL OUT_DIR
//
// Sends its own traces to the server: a small shop, then 300 services with 1,000 calls. Exits 1 when a step fails, when the browser
// reports an error or a request elsewhere, or when the page breaks a rule of WCAG 2.2 AA that axe knows, light or dark. Prints
// the frame times of moving and zooming the large map.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { becomes, browserFor, checkAccess, frameText, framesWhile, inTheme, must, mustFit } from './browser.mjs';
import { newId, newTraceId, put } from './traces.mjs';

const [base, out] = process.argv.slice(2);
if (base === undefined || out === undefined) {
  console.error('usage: node e2e/map.e2e.mjs BASE_URL OUT_DIR');
  process.exit(2);
}
const { shoot, run } = browserFor(base, out);

const origin = 'AWS::ECS::Fargate';
const queueUrl = 'https://sqs.eu-central-1.amazonaws.com/111122223333/orders';

/** One order: web calls orders, that a table and a queue; a worker takes it from the queue in a trace of its own. Every fourth fails, slowly. */
const order = (i) => {
  const at = Date.now() / 1000 - 30 - i;
  const failing = i % 4 === 0;
  const took = failing ? 1.2 : 0.1 + (i % 10) / 100;
  const [trace_id, call, send] = [newTraceId(at), newId(), newId()];
  const state = failing ? { fault: true } : {};
  return [
    { trace_id, id: newId(), name: 'web', origin, start_time: at, end_time: at + took + 0.02, ...state, annotations: { plan: failing ? 'gold' : 'free' }, subsegments: [{ id: call, name: 'orders.internal', namespace: 'remote', start_time: at + 0.01, end_time: at + took + 0.01, ...state }] },
    {
      trace_id, id: newId(), parent_id: call, name: 'orders', origin, start_time: at + 0.015, end_time: at + took, ...state, subsegments: [
        { id: newId(), name: 'DynamoDB', namespace: 'aws', start_time: at + 0.02, end_time: at + 0.03, aws: { operation: 'PutItem', table_name: 'baskets' } },
        { id: send, name: 'SQS', namespace: 'aws', start_time: at + 0.03, end_time: at + 0.04, aws: { operation: 'SendMessage', queue_url: queueUrl } },
      ],
    },
    { trace_id: newTraceId(at + 2), id: newId(), name: 'order-worker', origin, start_time: at + 2, end_time: at + 2.2, links: [{ trace_id, id: send, attributes: { reference_type: 'parent' } }] },
  ];
};

const layers = 5;
const wide = 60;

/** 301 services: a door and five layers of sixty, each of which calls four of the next: 1,020 calls. */
const manyServices = () => {
  const documents = [];
  for (let start = 0; start < wide; start += 1) {
    for (let step = 0; step < 4; step += 1) {
      const at = Date.now() / 1000 - 20;
      const trace_id = newTraceId(at);
      let parent_id;
      for (let layer = -1; layer < layers; layer += 1) {
        const number = (start + layer * (7 * step + 1) + wide * layers) % wide;
        const call = newId();
        documents.push({
          trace_id, id: newId(), ...(parent_id === undefined ? {} : { parent_id }), name: layer < 0 ? 'door' : `service-${layer}-${number}`, origin, start_time: at + layer / 100, end_time: at + 1, ...(number % 17 === 3 ? { fault: true } : {}),
          ...(layer === layers - 1 ? {} : { subsegments: [{ id: call, name: 'next', namespace: 'remote', start_time: at + layer / 100, end_time: at + 0.9 }] }),
        });
        parent_id = call;
      }
    }
  }
  return documents;
};

const mapOf = (page) => page.getByRole('group', { name: 'Service map', exact: true });
const nodeOf = (page, name, words = '') => mapOf(page).getByRole('button', { name: new RegExp(`^${name}[,:] .*${words}$`) });
const panelOf = (page) => page.getByRole('complementary');
const param = (page, name) => new URL(page.url()).searchParams.get(name);
const names = (page) => mapOf(page).getByRole('button', { name: /^(?!.* to .*:).*(: |^Clients of )/ }).evaluateAll((all) => all.map((one) => one.getAttribute('aria-label').replace(/[,:].*/, '')).sort().join(' '));

const shop = 'service("web") OR service("order-worker")';
const openShop = async (page, query = '') => {
  await page.goto(`${base}/map?filter=${encodeURIComponent(shop)}${query}`);
  await nodeOf(page, 'web').waitFor();
  await page.waitForTimeout(400);
};

/** The filters of a link, as the page that it leads to reads them. */
const filterOf = async (page, name, key) => new URL(await panelOf(page).getByRole('link', { name }).getAttribute('href'), base).searchParams.get(key);

const countOf = async (expression) => {
  const end = Math.ceil(Date.now() / 1000) + 1;
  const response = await fetch(`${base}/TraceSummaries`, { method: 'POST', body: JSON.stringify({ StartTime: end - 900, EndTime: end, FilterExpression: expression }) });
  const answer = await response.json();
  must(response.ok, `the server refused ${expression}: ${answer.Message}`);
  return answer.TraceSummaries.length;
};

const saved = async (page, name) => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return readFileSync(await download.path());
};

const tests = {
  'the map is that of the filter, without clients of a worker behind a queue': async (page) => {
    await openShop(page);
    must((await names(page)) === 'Clients of web baskets order-worker orders orders web', `the map has ${await names(page)}`);
    await page.getByText('The map of 80 matching traces.').waitFor();
    await page.goto(`${base}/map?filter=${encodeURIComponent('annotation.plan = "gold"')}`);
    await page.getByText('The map of 10 matching traces.').waitFor();
    await page.goto(`${base}/map?filter=${encodeURIComponent('throttle')}`);
    await page.getByRole('button', { name: 'Show all traces' }).waitFor();
  },

  'results and a band of times lead to exactly these traces': async (page) => {
    await openShop(page);
    await nodeOf(page, 'orders', 'ECS Fargate').click();
    const panel = panelOf(page);
    await panel.getByRole('checkbox', { name: 'Fault' }).check();
    await panel.getByRole('textbox', { name: 'From' }).fill('1000');
    await panel.getByRole('button', { name: 'Set response times' }).click();
    await becomes(page, () => param(page, 'only') === 'fault' && param(page, 'band') === '1-', 'the URL does not hold what was chosen');
    const select = 'service(id(name: "orders", type: "AWS::ECS::Fargate")) { fault AND responsetime >= 1 }';
    must((await filterOf(page, 'Analyze', 'select')) === select, `the analysis is of ${await filterOf(page, 'Analyze', 'select')}`);
    const filter = await filterOf(page, 'View traces', 'filter');
    must(filter === `(${shop}) AND ${select}`, `the traces are those of ${filter}`);
    must((await countOf(filter)) === 10, `${filter} finds ${await countOf(filter)} traces`);
    await panel.getByRole('button', { name: 'All response times' }).click();
    await becomes(page, () => param(page, 'band') === null, 'the band is still there');
    const chart = await panel.locator('.rs-histogram .rs-chart').boundingBox();
    await page.mouse.move(chart.x + 60, chart.y + 90);
    await page.mouse.down();
    await page.mouse.move(chart.x + 160, chart.y + 100, { steps: 5 });
    await page.mouse.up();
    await becomes(page, () => param(page, 'band') !== null, 'dragging over the histogram chose nothing');
  },

  'an arrow is what the caller saw, and shows its figures over time': async (page) => {
    await page.goto(`${base}/map`);
    await nodeOf(page, 'web').waitFor();
    await nodeOf(page, 'web').click();
    await panelOf(page).getByRole('region', { name: 'Over time' }).locator('svg').waitFor();
    await panelOf(page).getByRole('button', { name: 'orders' }).first().click();
    await panelOf(page).getByRole('heading', { name: 'web → orders' }).waitFor();
    await panelOf(page).getByRole('checkbox', { name: 'Fault' }).check();
    const filter = await filterOf(page, 'View traces', 'filter');
    must(filter === 'edge(id(name: "web", type: "AWS::ECS::Fargate"), id(name: "orders", type: "AWS::ECS::Fargate")) { fault }', `the traces are those of ${filter}`);
    must((await countOf(filter)) === 10, `${filter} finds ${await countOf(filter)} traces`);
    await panelOf(page).getByRole('region', { name: 'Over time' }).locator('svg').waitFor();
    await shoot(page, 'map-edge-panel');
  },

  'the map narrows to what is around a service, and finds one': async (page) => {
    await openShop(page);
    await page.getByRole('combobox', { name: 'Find a service on the map' }).fill('bask');
    await page.getByRole('option', { name: /baskets/ }).click();
    await panelOf(page).getByRole('heading', { name: 'baskets' }).waitFor();
    await panelOf(page).getByRole('button', { name: 'Show only what is around it' }).click();
    await becomes(page, async () => (await names(page)) === 'baskets orders', 'the map is not what is around the table');
    await page.getByRole('button', { name: 'How far' }).click();
    await page.getByRole('option', { name: '2 calls' }).click();
    await becomes(page, async () => (await names(page)).includes('web'), 'two calls do not reach the web');
    await page.getByRole('button', { name: 'Show all' }).click();
    await becomes(page, async () => (await names(page)).includes('order-worker'), 'not all came back');
  },

  'the keyboard walks over the map': async (page) => {
    await openShop(page);
    await nodeOf(page, 'web').focus();
    const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? '');
    await page.keyboard.press('ArrowRight');
    await becomes(page, async () => (await focused()).startsWith('orders,'), 'ArrowRight did not go to whom it calls');
    await page.keyboard.press('ArrowLeft');
    await becomes(page, async () => (await focused()).startsWith('web,'), 'ArrowLeft did not go back');
    await page.keyboard.press('e');
    await becomes(page, async () => (await focused()).startsWith('web to orders:'), 'e did not go to the call');
    must((await mapOf(page).locator('[tabindex="0"]').count()) === 1, 'the map has more than one stop of the Tab key, or none');
    await page.keyboard.press('Enter');
    await panelOf(page).getByRole('heading', { name: 'web → orders' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await becomes(page, async () => (await focused()).startsWith('orders,'), 'ArrowRight did not go along the call');
    await page.keyboard.press('E');
    await becomes(page, async () => (await focused()).startsWith('web to orders:'), 'Shift E did not go to who calls it');
    await page.keyboard.press('ArrowLeft');
    await becomes(page, async () => (await focused()).startsWith('web,'), 'ArrowLeft did not go to the caller');
    await page.keyboard.press('Enter');
    await panelOf(page).waitFor();
    await page.keyboard.press('Escape');
    await panelOf(page).waitFor({ state: 'detached' });
  },

  'places stay when nodes go': async (page) => {
    const place = () => nodeOf(page, 'web').evaluate((element) => `${element.style.left} ${element.style.top}`);
    let without = false;
    await page.route('**/rayscope/v1/graph', async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      const gone = body.Services.find(({ Name }) => Name === 'baskets').ReferenceId;
      if (without) body.Services = body.Services.filter(({ ReferenceId }) => ReferenceId !== gone).map((one) => ({ ...one, Edges: one.Edges.filter(({ ReferenceId }) => ReferenceId !== gone) }));
      await route.fulfill({ response, json: body });
    });
    await openShop(page);
    const before = await place();
    without = true;
    await becomes(page, async () => !(await names(page)).includes('baskets'), 'the table is still there');
    must((await place()) === before, 'the web moved when the table went');
    without = false;
    await becomes(page, async () => (await names(page)).includes('baskets'), 'the table did not come back');
    must((await place()) === before, 'the web moved when the table came back');
  },

  'the map can be saved as a picture': async (page) => {
    await openShop(page);
    const svg = (await saved(page, 'Save as SVG picture')).toString();
    must(svg.startsWith('<svg') && svg.includes('order-worker') && svg.includes('Service map') && !/var\(|undefined|NaN/.test(svg), 'the SVG picture lacks something');
    const png = await saved(page, 'Save as PNG picture');
    must(png.subarray(1, 4).toString() === 'PNG' && png.length > 10_000, `the PNG picture has ${png.length} bytes`);
    writeFileSync(join(out, 'map-picture.svg'), svg);
    writeFileSync(join(out, 'map-picture.png'), png);
  },

  'it can be read and used in both themes and both widths': async (page) => {
    for (const [name, width, height] of [['desktop', 1280, 900], ['phone', 390, 844]]) {
      await page.setViewportSize({ width, height });
      for (const theme of ['light', 'dark']) {
        await inTheme(page, theme);
        await page.goto(`${base}/map?size=traffic&focus=${encodeURIComponent(`web|${origin}`)}&hops=2&node=${encodeURIComponent(`orders|${origin}`)}&band=0.15-&only=fault`);
        await nodeOf(page, 'web').waitFor();
        await panelOf(page).getByRole('region', { name: 'Over time' }).locator('svg').waitFor();
        await page.waitForTimeout(500);
        await shoot(page, `map-${name}-${theme}`, { fullPage: true });
        await checkAccess(page, `the map, ${name}, ${theme}`, { exclude: ['.react-flow__attribution'] });
        await mustFit(page, 'the map page');
      }
    }
  },

  '300 services with 1,000 calls stay fluid': async (page) => {
    await put(base, manyServices());
    await page.goto(`${base}/map?live=off`);
    const begun = Date.now();
    await page.getByText(/\d+ nodes, 1,\d+ arrows/).waitFor();
    await mapOf(page).waitFor();
    console.log(`     first picture after ${Date.now() - begun} ms`);
    const box = await mapOf(page).boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.waitForTimeout(1000);
    const viewOf = () => mapOf(page).locator('.react-flow__viewport').evaluate(({ style }) => style.transform);
    const drag = async () => {
      const before = await viewOf();
      for (let i = 0; i < 4; i += 1) {
        await page.mouse.move(x, y);
        await page.mouse.down();
        await page.mouse.move(x + (i % 2 === 0 ? -200 : 200), y - 60, { steps: 20 });
        if (i === 0) must((await viewOf()) !== before, 'the map does not follow the mouse');
        await page.mouse.up();
      }
    };
    console.log(`     moving, words readable: ${frameText(await framesWhile(page, drag))}`);
    await page.getByRole('button', { name: 'Show the whole map' }).click();
    await page.waitForTimeout(500);
    await shoot(page, 'map-300');
    console.log(`     moving, the whole map: ${frameText(await framesWhile(page, drag))}`);
    await page.mouse.move(x, y);
    const zoom = async () => {
      await page.keyboard.down('Control');
      for (let i = 0; i < 30; i += 1) await page.mouse.wheel(0, i < 15 ? -60 : 60);
      await page.keyboard.up('Control');
    };
    console.log(`     zooming: ${frameText(await framesWhile(page, zoom))}`);
    const select = async () => {
      await page.getByRole('combobox', { name: 'Find a service on the map' }).fill('service-3-42');
      await page.getByRole('option', { name: /service-3-42/ }).first().click();
      await panelOf(page).getByRole('heading', { name: 'service-3-42' }).waitFor();
    };
    console.log(`     finding a service: ${frameText(await framesWhile(page, select))}`);
    await nodeOf(page, 'service-3-42', 'ECS Fargate').waitFor();
    await page.waitForTimeout(500);
    await shoot(page, 'map-300-found');
  },
};

await put(base, Array.from({ length: 40 }, (_, i) => order(i)).flat());
process.exitCode = await run(tests);
