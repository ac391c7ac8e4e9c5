import type { Band } from '../ui/chart/histogramOption';
import type { GraphEdge, GraphNode } from './graph';
import type { CountedClass } from '../util/status';

/** Filter expressions for the traces behind a node or an edge of the map. */

const countedWords = 4;

/** Seconds without a tail of nines: microseconds are what the server keeps. */
const number = (seconds: number): string => String(Math.round(seconds * 1e6) / 1e6);

/** conditionOf says in the language of filters which results and response times are meant; empty for all. */
export const conditionOf = (only: CountedClass[], band: Band | null): string => {
  const parts: string[] = [];
  if (only.length > 0 && only.length < countedWords) parts.push(only.length === 1 ? only.join('') : `(${only.join(' OR ')})`);
  if (band !== null && band.from > 0) parts.push(`responsetime >= ${number(band.from)}`);
  if (band !== null && band.to !== Infinity) parts.push(`responsetime < ${number(band.to)}`);
  return parts.join(' AND ');
};

type Named = Pick<GraphNode, 'key' | 'name' | 'type'>;

/** idOf names a node so that no other of its name is meant. */
const idOf = ({ key, name, type }: Named): string => {
  const account = key.split('|')[2];
  const fields = [`name: ${JSON.stringify(name)}`, `type: ${JSON.stringify(type ?? '')}`];
  if (account !== undefined) fields.push(`account.id: ${JSON.stringify(account)}`);
  return `id(${fields.join(', ')})`;
};

/** The selector of a node, for its time series and as the beginning of a filter. */
export const nodeSelector = (node: Named): string => `service(${idOf(node)})`;

export const edgeSelector = (from: Named, to: Named): string => `edge(${idOf(from)}, ${idOf(to)})`;

const braced = (selector: string, condition: string): string => (condition === '' ? selector : `${selector} { ${condition} }`);

/** nodeFilter finds the traces in which a node did what the condition says. What clients saw is on the edges from them. */
export const nodeFilter = (node: GraphNode, condition: string): string => braced(nodeSelector(node), node.isClient ? '' : condition);

/** edgeFilter finds the traces in which a call from one node to the other went so. A link joins two traces: its receiver's are found. */
export const edgeFilter = (edge: GraphEdge, from: Named, to: Named, condition: string): string =>
  edge.isLink ? nodeSelector(to) : braced(edgeSelector(from, to), condition);

/** bothFilters is what matches the filter of the page and another one. */
export const bothFilters = (page: string, other: string): string => (page === '' ? other : `(${page}) AND ${other}`);
