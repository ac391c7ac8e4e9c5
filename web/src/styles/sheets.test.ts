import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const sheets = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.css'));

/** The classes that a sheet gives a look of their own, whatever is around them. */
const classesOf = (sheet: string): string[] =>
  [...sheet.replace(/\/\*.*?\*\//gs, '').matchAll(/([^{}]+)\{/g)].flatMap(([, selectors = '']) => selectors.split(',').map((each) => each.trim())).filter((each) => /^\.[\w-]+$/.test(each));

// A sheet stays when its page is left, so a class of two sheets looks different by the way that somebody came.
test('no two sheets style the same class', () => {
  const owners = new Map<string, string>();
  const shared: string[] = [];
  for (const sheet of sheets) {
    for (const name of new Set(classesOf(readFileSync(join(import.meta.dirname, sheet), 'utf8')))) {
      const owner = owners.get(name);
      if (owner !== undefined) shared.push(`${name} in ${owner} and ${sheet}`);
      owners.set(name, sheet);
    }
  }
  expect(owners.size).toBeGreaterThan(200);
  expect(shared).toEqual([]);
});
