// Drives the console in real Chromium against a running server.
//
//   node e2e/console.e2e.mjs BASE_URL OUT_DIR           a server with traffic
//   node e2e/console.e2e.mjs BASE_URL OUT_DIR --empty   a server that never saw a trace; the test sends the first one
//
// Exits 1 when a step fails, or when the browser reports a console error, a page error, a violation of the content
// security policy or a request to another origin. Screenshots go to OUT_DIR. CHROMIUM names the browser.
import { join } from 'node:path';
import { becomes, browserFor, must, mustFit, settles } from './browser.mjs';

const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
const [base, out] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
if (base === undefined || out === undefined || flags.some((flag) => flag !== '--empty')) {
  console.error('usage: node e2e/console.e2e.mjs BASE_URL OUT_DIR [--empty]');
  process.exit(2);
}

const { origin, shoot, run } = browserFor(base, out);

const mapOf = (page, name = 'Service map') => page.getByRole('group', { name, exact: true });
/** Names of node buttons hold a colon after the type; those of edges have " to " before theirs. */
const nodesOf = (map) => map.getByRole('button', { name: /^(?!.* to .*:).*(: |^Clients of )/ });
const edgesOf = (map) => map.getByRole('button', { name: / to .+: / });

const openMap = async (page) => {
  await page.goto(`${base}/map`);
  await edgesOf(mapOf(page)).first().waitFor();
  // The layout is there when the first label is; give the viewport its place before pictures are taken.
  await page.waitForTimeout(400);
};

const overlaps = (boxes) => {
  const found = [];
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
      const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
      if (a.name !== b.name && across > 1 && down > 1) found.push(`${a.name} and ${b.name}`);
    }
  }
  return found;
};

const boxesOf = (locator) =>
  locator.evaluateAll((elements) =>
    elements.flatMap((element) => {
      const name = element.getAttribute('aria-label');
      // The caption hangs outside the button's own box: its lines are boxes of their own.
      const lines = [...element.querySelectorAll('span span')];
      return [element, ...lines].map((part) => {
        const { x, y, width, height } = part.getBoundingClientRect();
        return { name, x, y, width, height };
      });
    }),
  );

const tests = {
  'the map shows services and calls that do not overlap': async (page) => {
    await openMap(page);
    const map = mapOf(page);
    await settles(page, async () => {
      const boxes = [...(await boxesOf(nodesOf(map))), ...(await boxesOf(edgesOf(map)))];
      if (boxes.length <= 3) return `the map has only ${boxes.length} nodes and edges`;
      return overlaps(boxes).length > 0 && `these overlap on the map: ${overlaps(boxes).join('; ')}`;
    });
    await page.getByText(/\d+ services?, .* requests?\/min/).waitFor();
    await shoot(page, 'map');
  },

  'the map keeps its places while it refreshes': async (page) => {
    await openMap(page);
    const namesOf = (buttons) => buttons.evaluateAll((elements) => elements.map((element) => element.getAttribute('aria-label').replace(/[,:] .*/, '')).join());
    /** What is on the map, and where its nodes are: of captions and labels not, they move with the length of their numbers. */
    const look = async () => {
      const map = mapOf(page);
      const places = await nodesOf(map).evaluateAll((elements) =>
        elements.map((element) => element.getBoundingClientRect()).map(({ x, y }) => [x, y].map(Math.round).join(',')).join(' '),
      );
      const room = JSON.stringify(await map.boundingBox());
      return { parts: `${await namesOf(nodesOf(map))} ${await namesOf(edgesOf(map))}`, places, room };
    };
    for (let tries = 0; tries < 5; tries += 1) {
      const before = await look();
      await page.waitForResponse((response) => response.url().endsWith('/ServiceGraph'));
      await page.waitForTimeout(400);
      const after = await look();
      // A first call between two services, or the last one leaving the window, is a new map.
      if (after.parts !== before.parts) continue;
      must(after.places === before.places, `the nodes moved on a refresh, from ${before.places} to ${after.places}; the map's room was ${before.room}, now ${after.room}`);
      return;
    }
    throw new Error('the map had other parts at each of five refreshes');
  },

  'a node and an edge show their numbers': async (page) => {
    await openMap(page);
    const node = nodesOf(mapOf(page)).filter({ hasNotText: 'Clients of' }).last();
    await node.click();
    const panel = page.getByRole('complementary');
    await panel.getByText('Half take at most (p50)').waitFor();
    await panel.locator('.rs-histogram svg').waitFor();
    await becomes(page, () => new URL(page.url()).searchParams.get('node') !== null, 'the URL does not hold the node');
    await settles(page, async () => {
      const [room] = await boxesOf(mapOf(page));
      const outside = (await boxesOf(nodesOf(mapOf(page)))).filter((box) => box.x < room.x || box.x + box.width > room.x + room.width);
      return outside.length > 0 && `the panel cut these off: ${outside.map(({ name }) => name).join('; ')}`;
    });
    await page.waitForTimeout(300);
    await shoot(page, 'map-node');
    await edgesOf(mapOf(page)).last().click();
    await panel.getByRole('link', { name: 'View traces' }).waitFor();
    await becomes(page, () => new URL(page.url()).searchParams.get('edge') !== null, 'the URL does not hold the edge');
    await page.waitForTimeout(300);
    await shoot(page, 'map-edge');
    await page.reload();
    await panel.getByRole('link', { name: 'View traces' }).waitFor();
    await panel.getByRole('button', { name: 'Close' }).click();
    await panel.waitFor({ state: 'detached' });
  },

  'the map works from the keyboard': async (page) => {
    await openMap(page);
    const node = nodesOf(mapOf(page)).first();
    await node.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').waitFor();
    await becomes(page, async () => (await node.getAttribute('aria-pressed')) === 'true', 'Enter did not select the node');
  },

  'the trace list lists, narrows and pages': async (page) => {
    await page.goto(`${base}/traces?last=1h`);
    const table = page.getByRole('table', { name: 'Traces' });
    await table.getByRole('row').nth(2).waitFor();
    await shoot(page, 'traces');
    // Errors are there from the opening on: some visitors ask for what the shop has not.
    await page.getByRole('button', { name: /^Error/ }).click();
    await becomes(page, () => new URL(page.url()).searchParams.get('class') === 'error', 'the URL does not hold the class');
    const rows = table.getByRole('row');
    await becomes(page, async () => (await rows.count()) > 1 && (await rows.filter({ hasText: /OK|Throttled|Fault/ }).count()) === 0, 'the list has more than errors');
    await shoot(page, 'traces-errors');
    await page.getByRole('button', { name: /^Error/ }).click();
    await page.getByRole('button', { name: 'Load older traces' }).click();
    await page.getByText(/^(?!100 )\d+ loaded; older ones follow/).waitFor();
  },

  'a trace shows its map, its timeline and all tabs': async (page) => {
    await openSlowFailure(page);
    const grid = page.getByRole('treegrid');
    await grid.getByRole('row').nth(2).waitFor();
    await edgesOf(mapOf(page, 'Map of this trace')).first().waitFor();
    await page.waitForTimeout(400);
    await shoot(page, 'trace');
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await becomes(page, () => new URL(page.url()).searchParams.get('row') !== null, 'the URL does not hold the row');
    const rows = async () => Number(await grid.getAttribute('aria-rowcount'));
    const count = await rows();
    await page.keyboard.press('Home');
    await grid.getByRole('row', { selected: true, level: 1 }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await becomes(page, async () => (await rows()) < count, 'ArrowLeft did not close the row');
    await page.keyboard.press('ArrowRight');
    await becomes(page, async () => (await rows()) === count, 'ArrowRight did not open the row again');
    await page.keyboard.press('Enter');
    const details = page.getByRole('complementary');
    await becomes(page, () => details.evaluate((element) => element === document.activeElement), 'Enter did not go to the details');
    for (const tab of ['Overview', 'Resources', 'Annotations', 'Metadata', 'Exceptions', 'SQL', 'Raw JSON']) {
      await details.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
      await details.getByRole('tabpanel').first().waitFor();
      await shoot(page, `trace-tab-${tab.toLowerCase().replace(' ', '-')}`);
    }
    const row = grid.getByRole('row').filter({ hasText: /Fault/ }).last();
    if ((await row.count()) > 0) {
      await row.scrollIntoViewIfNeeded();
      await row.click();
      await details.getByRole('tab', { name: /^Exceptions/ }).click();
      await shoot(page, 'trace-fault');
    }
    const [url, chosen] = [page.url(), await grid.getByRole('row', { selected: true }).textContent()];
    await page.goto(url);
    await grid.getByRole('row', { selected: true }).waitFor();
    await settles(page, async () => {
      const now = await grid.getByRole('row', { selected: true }).textContent();
      return now !== chosen && `after a reload the row is “${now}”, before it was “${chosen}”`;
    });
  },

  'the search box opens a trace and explains what is not one': async (page) => {
    await page.goto(`${base}/traces?last=6h`);
    const link = page.getByRole('table', { name: 'Traces' }).getByRole('link', { name: /^1-[0-9a-f]{8}-/ }).first();
    const id = (await link.textContent()).trim();
    const search = page.getByRole('searchbox', { name: 'Open a trace by its id' });
    await search.fill('not an id');
    await search.press('Enter');
    await page.getByRole('alert').getByText(/not a trace id/).waitFor();
    await search.fill(id.slice(2).replace('-', ''));
    await search.press('Enter');
    await page.waitForURL(new RegExp(`/trace/${id}`));
    await page.getByRole('treegrid').waitFor();
  },

  'an unknown trace is explained': async (page) => {
    await page.goto(`${base}/trace/1-00000001-000000000000000000000001`);
    await page.getByText(/There is no trace with this id/).waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.goto(`${base}/map/nowhere`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  },

  'a time without requests offers the time that has some': async (page) => {
    const [from, to] = [1000000000, 1000003600];
    await page.goto(`${base}/map?from=${from}&to=${to}`);
    await page.getByRole('button', { name: /^Show the last/ }).click();
    await edgesOf(mapOf(page)).first().waitFor();
  },

  'dark mode is chosen, remembered and complete': async (page) => {
    await openMap(page);
    const button = page.getByRole('button', { name: /^Colours:/ });
    while (!/Colours: dark/.test((await button.getAttribute('aria-label')) ?? '')) await button.click();
    await shoot(page, 'map-dark');
    await page.reload();
    await edgesOf(mapOf(page)).first().waitFor();
    must(await page.evaluate(() => document.body.classList.contains('awsui-dark-mode')), 'dark mode was not remembered');
    await page.goto(`${base}/traces?last=1h`);
    await page.getByRole('table', { name: 'Traces' }).getByRole('row').nth(2).waitFor();
    await shoot(page, 'traces-dark');
    await openSlowFailure(page);
    await page.getByRole('treegrid').getByRole('row').nth(3).click();
    await edgesOf(mapOf(page, 'Map of this trace')).first().waitFor();
    await page.waitForTimeout(400);
    await shoot(page, 'trace-dark');
  },

  'the first steps name this server': async (page) => {
    await page.goto(`${base}/start`);
    for (const tab of ['Python', 'Node.js', 'Go', 'Java', 'curl', 'AWS CLI']) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      await page.getByRole('tabpanel').getByRole('button', { name: /^Copy/ }).first().waitFor();
    }
    await page.getByRole('region', { name: /^AWS CLI/ }).getByText(origin).waitFor();
    await shoot(page, 'start');
  },

  'it is usable on a telephone and roomy on a large screen': async (page) => {
    for (const [name, width, height] of [['phone', 390, 844], ['large', 1600, 1000]]) {
      await page.setViewportSize({ width, height });
      await openMap(page);
      await shoot(page, `map-${name}`);
      await mustFit(page, 'the map page');
      await page.goto(`${base}/traces?last=1h`);
      await page.getByRole('table', { name: 'Traces' }).getByRole('row').nth(2).waitFor();
      await shoot(page, `traces-${name}`);
      await openSlowFailure(page);
      await page.getByRole('treegrid').getByRole('row').nth(2).waitFor();
      await page.waitForTimeout(500);
      await page.screenshot({ path: join(out, `trace-${name}.png`), fullPage: true });
    }
  },
};

/** Opens the slowest failing trace of the last hour if there is one, else the slowest. */
async function openSlowFailure(page) {
  await page.goto(`${base}/traces?last=1h&sort=slowest`);
  const table = page.getByRole('table', { name: 'Traces' });
  await table.getByRole('row').nth(1).waitFor();
  const failing = table.getByRole('row').filter({ hasText: 'Fault' });
  const row = (await failing.count()) > 0 ? failing.first() : table.getByRole('row').nth(1);
  await row.getByRole('link').first().click();
  await page.waitForURL(/\/trace\//);
  await edgesOf(mapOf(page, 'Map of this trace')).first().waitFor();
}

const sendFirst = async () => {
  const now = Date.now() / 1000;
  const random = (digits) => Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('');
  const trace_id = `1-${Math.floor(now).toString(16)}-${random(24)}`;
  const document = { trace_id, id: random(16), name: 'hello-e2e', start_time: now - 0.2, end_time: now };
  const response = await fetch(`${base}/TraceSegments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ TraceSegmentDocuments: [JSON.stringify(document)] }),
  });
  const answer = await response.json();
  must(response.ok && answer.UnprocessedTraceSegments.length === 0, `the first segment was refused: ${JSON.stringify(answer)}`);
};

const emptyTests = {
  'an empty system says how to begin and notices the first trace': async (page) => {
    await page.goto(`${base}/`);
    await page.getByRole('heading', { name: 'Send your first segment' }).waitFor();
    await page.getByText('Waiting for the first trace').waitFor();
    await page.getByRole('tab', { name: 'Python' }).waitFor();
    await shoot(page, 'empty');
    await page.goto(`${base}/traces`);
    await page.getByRole('heading', { name: 'Send your first segment' }).waitFor();
    await page.getByText('Waiting for the first trace').waitFor();
    await page.goto(`${base}/start`);
    await page.getByText('Waiting for the first trace').waitFor();
    await sendFirst();
    await page.getByText('It arrived!').waitFor();
    await shoot(page, 'empty-arrived');
    await page.waitForURL(/\/map/);
    await nodesOf(mapOf(page)).first().waitFor();
    await page.waitForTimeout(400);
    await shoot(page, 'empty-map');
  },
};

process.exitCode = await run(flags.includes('--empty') ? emptyTests : tests);
