// What the browser tests share: a Chromium whose console, requests and security policy are watched, and a runner.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const wait = 20_000;
const roomy = { width: 1280, height: 800 };

/** Themes and widths; that both work together, `make screenshots` shows. */
const looks = [
  ['light', 390],
  ['light', roomy.width],
  ['dark', roomy.width],
];

export const chromiumArgs = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const axeSource = () => readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const must = (holds, sentence) => {
  if (!holds) throw new Error(sentence);
};

/** Waits until `wrong` finds nothing any more; fails with the last sentence that it found. */
export const settles = async (page, wrong) => {
  let found = 'it was never looked at';
  for (const end = Date.now() + wait; Date.now() < end; await page.waitForTimeout(50)) {
    found = await wrong();
    if (!found) return;
  }
  throw new Error(found);
};

/** Waits until the sentence is true: what a key did shows with the next drawing. */
export const becomes = (page, holds, sentence) => settles(page, async () => !(await holds()) && sentence);

/** Fails with every rule of WCAG 2.2 A and AA that the page breaks, and where. Maps are left out unless told: they have a test of their own. */
export const checkAccess = async (page, name, { exclude = ['.rs-map'] } = {}) => {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource());
  const { violations } = await page.evaluate((left) => window.axe.run({ include: [['body']], exclude: left.map((part) => [part]) }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] }), exclude);
  const texts = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 4).map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary.replace(/\s+/g, ' ')})`).join('; ')}`);
  must(texts.length === 0, `axe on ${name}:\n  ${texts.join('\n  ')}`);
};

/** Fails if the page scrolls sideways. */
export const mustFit = async (page, name) => {
  const { over, width } = await page.evaluate(() => ({ over: document.documentElement.scrollWidth - innerWidth, width: innerWidth }));
  must(over <= 0, `${name} is ${over} pixels too wide at ${width}`);
};

/** Shows the page in a theme. */
export const inTheme = async (page, theme) => {
  await page.emulateMedia({ colorScheme: theme });
  await page.waitForFunction((isDark) => document.body.classList.contains('awsui-dark-mode') === isDark, theme === 'dark');
};

/** The lengths of frames, in milliseconds and ordered, while something is done. */
export const framesWhile = async (page, act) => {
  await page.evaluate(() => {
    window.frames_ = [];
    let last = performance.now();
    const next = (now) => {
      window.frames_.push(now - last);
      last = now;
      if (window.frames_ !== null) window.frame_ = requestAnimationFrame(next);
    };
    window.frame_ = requestAnimationFrame(next);
  });
  await act();
  return page.evaluate(() => {
    cancelAnimationFrame(window.frame_);
    return window.frames_.slice(1).sort((a, b) => a - b);
  });
};

/** Frame lengths in words. */
export const frameText = (frames) => {
  const at = (share) => frames[Math.min(frames.length - 1, Math.floor(frames.length * share))]?.toFixed(1);
  return `${frames.length} frames, ms: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, longest ${at(1)}`;
};

/** browserFor gives the means to test the server at `base`, with screenshots in the folder `out`. */
export const browserFor = (base, out) => {
  mkdirSync(out, { recursive: true });
  const origin = new URL(base).origin;
  const problems = [];

  const watch = (page) => {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith('http') && url.origin !== origin) problems.push(`request to another origin: ${request.url()}`);
    });
    page.on('requestfailed', (request) => {
      // Leaving a page cancels what it was still asking for.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') problems.push(`request failed: ${request.url()} ${request.failure()?.errorText}`);
    });
  };

  const openPage = async (browser, options) => {
    const context = await browser.newContext({ viewport: roomy, colorScheme: 'light', ...options });
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`content security policy: ${event.violatedDirective} blocked ${event.blockedURI || 'inline'} ${event.sourceFile}`);
      });
    });
    const page = await context.newPage();
    page.setDefaultTimeout(wait);
    watch(page);
    return page;
  };

  const shoot = (page, name, options = {}) => page.screenshot({ path: join(out, `${name}.png`), ...options });

  /** Looks at a page as three readers have it: pictures, axe unless told, and no sideways scrolling. Ends as tests begin: light and wide. */
  const look = async (page, name, { access = true } = {}) => {
    for (const [theme, width] of looks) {
      await inTheme(page, theme);
      await page.setViewportSize({ ...roomy, width });
      await page.waitForTimeout(400);
      if (access) await checkAccess(page, `${name}, ${theme}, ${width}`);
      await shoot(page, `${name}-${theme}-${width}`, { fullPage: true, timeout: 60_000 });
      await mustFit(page, name);
    }
    await page.setViewportSize(roomy);
    await inTheme(page, 'light');
  };

  /** Runs each test on a page of its own and says how many failed. A test fails on anything that the browser complains about, too. */
  const run = async (tests) => {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: chromiumArgs });
    const failures = [];
    for (const [name, test] of Object.entries(tests)) {
      const page = await openPage(browser, {});
      problems.length = 0;
      try {
        await test(page, browser);
        must(problems.length === 0, problems.join('\n  '));
        console.log(`ok   ${name}`);
      } catch (error) {
        failures.push(`FAIL ${name}\n  ${error.message}\n  ${problems.join('\n  ')}`);
        console.log(failures.at(-1));
        await shoot(page, `fail-${failures.length}`).catch(() => undefined);
      }
      await page.context().close();
    }
    await browser.close();
    // Once more at the end, which is what is seen of a long log.
    console.log(failures.length === 0 ? 'all passed' : `${failures.length} failed:\n${failures.join('\n')}`);
    return failures.length === 0 ? 0 : 1;
  };

  return { origin, problems, openPage, shoot, look, run };
};
