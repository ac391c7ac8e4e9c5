// Looks at the map of two services, shop and stock, in Chromium.
//
//   node two-services.mjs BASE_URL OUT_DIR
//
// Exits 1 unless the map has exactly these two as circles, their clients, and the two calls. CHROMIUM names the browser.
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const [base, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });

const must = (holds, sentence) => {
  if (!holds) throw new Error(sentence);
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
try {
  await page.goto(`${base}/map`);
  const map = page.getByRole('group', { name: 'Service map', exact: true });
  await map.getByRole('button', { name: /^shop to stock: / }).waitFor({ timeout: 20_000 });
  await page.screenshot({ path: join(out, 'two-services.png') });

  const names = await map.getByRole('button').evaluateAll((buttons) => buttons.map((b) => b.getAttribute('aria-label') ?? ''));
  const nodes = names.filter((name) => / to .*: /.test(name) === false).filter((name) => /^(shop|stock|Clients of)/.test(name));
  const edges = names.filter((name) => / to .*: /.test(name));
  console.log(names.join('\n'));
  must(nodes.length === 3, `the map has ${nodes.length} nodes, want shop, stock and the clients of shop`);
  must(edges.length === 2, `the map has ${edges.length} edges, want clients to shop and shop to stock`);

  for (const name of ['shop', 'stock']) {
    const circle = await map.getByRole('button', { name: new RegExp(`^${name}, `) }).locator('svg circle').first().boundingBox();
    must(circle !== null && circle.width > 20 && Math.abs(circle.width - circle.height) < 1, `${name} is no circle: ${JSON.stringify(circle)}`);
  }
} catch (error) {
  await page.screenshot({ path: join(out, 'two-services-failed.png') });
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser.close();
}
