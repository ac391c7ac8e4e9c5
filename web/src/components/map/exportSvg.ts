import { drawings } from '../../ui/NodeIcon';
import { arcsOf } from '../../ui/Ring';
import { durationText } from '../../util/format';
import type { Graph, GraphEdge, GraphNode } from '../../graph/graph';
import { describeType } from '../../util/nodeType';
import { classWords, countedClasses, shareText, worstClass } from '../../util/status';
import { colourOf, mostOf, routeOf, thickness, titleOf, toneOf, type Drawing } from './model';
import { roundedPath } from './path';
import { ringSize } from './sizes';
import { boundsOf } from './useKeepFitted';

/** The map as a picture that needs nothing but itself: no scripts, no fonts, no styles of the page. */
export interface Picture {
  svg: string;
  width: number;
  height: number;
}

/** Gives a colour of the page's theme: resolve('--rs-ok'). */
export type Resolve = (name: string) => string;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const round = (value: number): number => Math.round(value * 10) / 10;

/** The margin around the map, and the height of title and legend. */
const margin = 28;
const headHeight = 56;
const legendHeight = 40;
/** Title and legend need this much, however small the map is. */
const leastWidth = 720;
const longestName = 24;

/** Words have a seam of the background, so that lines behind them do not cross them. */
const seam = (colour: Resolve): string => `paint-order="stroke" stroke="${colour('--rs-surface')}" stroke-width="4" stroke-linejoin="round"`;

const text = (x: number, y: number, size: number, fill: string, words: string, more = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}" ${more}>${escaped(words)}</text>`;

const middle = 'text-anchor="middle"';

const shortened = (name: string): string => (name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name);

const ringPart = (node: GraphNode, cx: number, cy: number, size: number, colour: Resolve): string => {
  const width = size / 8;
  const radius = (size - width) / 2 - 1;
  const around = 2 * Math.PI * radius;
  const circle = (stroke: string, more = ''): string => `<circle cx="${cx}" cy="${cy}" r="${round(radius)}" fill="none" stroke="${stroke}" stroke-width="${width}" ${more}/>`;
  const arcs = arcsOf(node.traffic.counts).map(({ name, from, length }) =>
    circle(colour(`--rs-${name}`), `stroke-dasharray="${round(length * around)} ${round(around)}" stroke-dashoffset="${round(-from * around)}" transform="rotate(-90 ${cx} ${cy})"`),
  );
  return circle(colour('--rs-grid')) + arcs.join('');
};

const nodePart = (node: GraphNode, { layout, sizes, amountOf }: Drawing, colour: Resolve): string => {
  const place = layout.nodes.get(node.key);
  if (place === undefined) return '';
  const [cx, cy] = [place.x + ringSize / 2, place.y + ringSize / 2];
  const size = sizes.get(node.key) ?? ringSize;
  const icon = size * 0.41;
  const { average, counts, total } = node.traffic;
  const worst = worstClass(counts);
  const numbers = node.isClient ? '' : average === null ? 'not finished' : `${durationText(average)} · ${amountOf(node.traffic)}`;
  return [
    `<g><title>${escaped(`${node.name}, ${describeType(node.type).words}`)}</title>`,
    `<circle cx="${cx}" cy="${cy}" r="${size / 2}" fill="${colour('--rs-surface')}"/>`,
    ringPart(node, cx, cy, size, colour),
    `<path transform="translate(${round(cx - icon / 2)} ${round(cy - icon / 2)}) scale(${round(icon / 2.4) / 10})" d="${drawings[describeType(node.type).kind]}" fill="none" stroke="${colour('--rs-muted')}" stroke-width="1.6"/>`,
    text(cx, place.y + ringSize + 18, 14, colour('--rs-text'), shortened(titleOf(node)), `${middle} font-weight="700" ${seam(colour)}`),
    numbers === '' ? '' : text(cx, place.y + ringSize + 34, 12, colour('--rs-muted'), numbers, `${middle} ${seam(colour)}`),
    worst === 'ok' ? '' : text(cx + size / 2, place.y + 4, 12, colour(`--rs-${worst}`), `${shareText(counts[worst], total)} ${classWords[worst].plural}`, `font-weight="700" ${seam(colour)}`),
    '</g>',
  ].join('');
};

/** A colour as tokens give it, var(--rs-edge), becomes that of the theme. */
const resolved = (value: string, colour: Resolve): string => value.replace(/var\((--[\w-]+)\)/, (_, name: string) => colour(name));

const edgePart = (edge: GraphEdge, most: number, drawing: Drawing, colour: Resolve, labelled: boolean): string => {
  const route = routeOf(drawing, edge);
  if (route === null) return '';
  const stroke = resolved(colourOf(edge.traffic), colour);
  const [end, before] = [route.points.at(-1), route.points.at(-2)];
  const angle = end === undefined || before === undefined ? 0 : (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  const tone = toneOf(edge.traffic);
  const { average, counts, total } = edge.traffic;
  const { x, y } = route.label;
  const lines = [average === null ? '–' : durationText(average), tone === 'ok' ? drawing.amountOf(edge.traffic) : `${shareText(counts[tone], total)} ${classWords[tone].plural}`];
  const label = `<rect x="${round(x - 38)}" y="${round(y - 16)}" width="76" height="32" rx="6" fill="${colour('--rs-surface')}"/>${text(x, y - 3, 12, colour('--rs-text'), lines[0] ?? '', middle)}${text(x, y + 12, 12, colour(tone === 'ok' ? '--rs-muted' : `--rs-${tone}`), lines[1] ?? '', middle)}`;
  return [
    `<path d="${roundedPath(route.points)}" fill="none" stroke="${stroke}" stroke-width="${round(thickness(total, most))}"${edge.isLink ? ' stroke-dasharray="2 6"' : ''}/>`,
    end === undefined ? '' : `<path transform="translate(${round(end.x)} ${round(end.y)}) rotate(${round(angle)})" d="M-10,-5L0,0L-10,5z" fill="${stroke}"/>`,
    labelled ? label : '',
  ].join('');
};

const legendPart = (y: number, colour: Resolve): string =>
  countedClasses
    .map((name, i) => {
      const x = margin + 8 + i * 168;
      return `<circle cx="${x}" cy="${y - 4}" r="6" fill="none" stroke="${colour(`--rs-${name}`)}" stroke-width="4"/>${text(x + 14, y, 12, colour('--rs-text'), classWords[name].label, 'font-weight="700"')}`;
    })
    .join('') + text(margin, y + 20, 12, colour('--rs-muted'), 'Times are averages. A thicker arrow has more calls; a dotted one hands work on through a queue.');

/** With more edges than this in a picture only those in trouble have labels. */
const mostLabels = 200;

/** pictureOf draws the whole map, with a title that says what it shows and when. */
export const pictureOf = (graph: Graph, drawing: Drawing, title: string, subtitle: string, colour: Resolve): Picture => {
  const bounds = boundsOf(drawing.layout);
  const width = Math.ceil(Math.max(leastWidth, bounds.width + 2 * margin));
  const height = Math.ceil(bounds.height + headHeight + legendHeight + 3 * margin);
  const shift = `translate(${round((width - bounds.width) / 2 - bounds.left)} ${round(headHeight + margin - bounds.top)})`;
  const most = mostOf(graph);
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<title>${escaped(title)}</title><desc>${escaped(subtitle)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${colour('--rs-surface')}"/>`,
    text(margin, margin + 8, 20, colour('--rs-text'), title, 'font-weight="700"'),
    text(margin, margin + 30, 13, colour('--rs-muted'), subtitle),
    `<g transform="${shift}">`,
    ...graph.edges.map((edge) => edgePart(edge, most, drawing, colour, graph.edges.length <= mostLabels || toneOf(edge.traffic) !== 'ok')),
    ...graph.nodes.map((node) => nodePart(node, drawing, colour)),
    '</g>',
    legendPart(height - margin - 20, colour),
    '</svg>',
  ].join('');
  return { svg, width, height };
};
