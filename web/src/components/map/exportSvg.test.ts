// @vitest-environment jsdom
import { expect, test } from 'vitest';
import type { Graph, GraphNode } from '../../graph/graph';
import { pictureOf } from './exportSvg';
import { layersOf } from './layers';
import { asCount } from './model';
import { sizesOf } from './sizes';

const node = (key: string, name: string, type: string | null): GraphNode => ({
  key,
  name,
  type,
  isClient: type === 'client',
  isRoot: false,
  traffic: { counts: { fault: 1, throttle: 0, error: 0, ok: 9 }, total: 10, average: 0.25, histogram: [] },
});
const nodes = [node('c', 'web', 'client'), node('w', '<web & "co">', null), node('q', 'jobs', 'AWS::SQS::Queue')];
const traffic = node('', '', null).traffic;
const graph: Graph = {
  nodes,
  edges: [
    { key: 'c>w', from: 'c', to: 'w', aliases: [], isLink: false, traffic },
    { key: 'w>q', from: 'w', to: 'q', aliases: [], isLink: true, traffic },
  ],
};
const drawing = { layout: { shape: '', ...layersOf(graph) }, sizes: sizesOf(nodes, 'same'), amountOf: asCount };

test('the picture is one well-formed document with everything in it', () => {
  const { svg, width, height } = pictureOf(graph, drawing, 'Service map & more', 'now', (name) => name.replace('--rs-', '#'));
  const doc = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(doc.querySelector('parsererror')).toBeNull();
  const words = [...doc.querySelectorAll('text')].map(({ textContent }) => textContent);
  expect(words).toEqual(expect.arrayContaining(['Service map & more', 'now', 'Clients of web', '<web & "co">', 'jobs', '10 % faults', 'Fault', 'OK', '250 ms · 10×']));
  expect(doc.documentElement.getAttribute('viewBox')).toBe(`0 0 ${width} ${height}`);
  expect([...doc.querySelectorAll('path[stroke-dasharray]')]).toHaveLength(1);
  expect(svg).not.toMatch(/var\(|href|url\(|<style|NaN|undefined/);
});
