import { expect } from 'vitest';
import { criticalPath } from './timing';
import { mainRoot, type TraceTree } from './tree';

/** expectWholePath demands that the pieces of the critical path make up the time of the root, without a gap or an overlap. */
export const expectWholePath = (tree: TraceTree): void => {
  const root = mainRoot(tree);
  if (root === undefined) throw new Error('no root');
  const pieces = [...criticalPath(root, tree).values()].flat().sort((a, b) => a.from - b.from);
  let at = root.start;
  for (const { from, to } of pieces) {
    expect(Math.abs(from - at)).toBeLessThan(1e-4);
    at = to;
  }
  expect(at).toBeCloseTo(root.end ?? 0, 4);
};
