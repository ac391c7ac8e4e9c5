import { countOf, countText } from '../../util/format';
import { busiestPath, mostNeeded } from '../../graph/dependencies';
import type { Graph, GraphNode } from '../../graph/graph';
import { shortName } from '../../util/nodeType';
import { quoted } from '../../util/expression';
import { paths, scopeOf } from '../../url/paths';
import { shareText } from '../../util/status';
import type { View } from '../../url/view';
import { rangeWords, tracesOf, type Answer } from './answer';

const most = 4;

interface Throttling {
  node: GraphNode;
  /** Calls that it turned away itself. */
  count: number;
}

/** throttlingOf finds who turns calls away. Whoever only passes on that a call of its own was turned away is left out. */
const throttlingOf = (graph: Graph): Throttling[] =>
  graph.nodes
    .filter(({ isClient }) => !isClient)
    .map((node) => {
      const passedOn = graph.edges.filter(({ from, isLink }) => from === node.key && !isLink).reduce((sum, { traffic }) => sum + traffic.counts.throttle, 0);
      return { node, count: Math.max(0, node.traffic.counts.throttle - passedOn) };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.node.key < b.node.key ? -1 : 1));

const throttleShare = ({ node, count }: Throttling): string => shareText(count, node.traffic.total);

/** Where are we throttled? */
export const whereThrottled = (graph: Graph, view: View): Answer => {
  const found = throttlingOf(graph);
  const calls = graph.nodes.filter(({ isClient }) => !isClient).reduce((sum, { traffic }) => sum + traffic.total, 0);
  const first = found[0];
  if (first === undefined) {
    return { status: 'ok', figure: '0', sentence: `Nowhere: none of ${countOf(calls, 'call')} in ${rangeWords(view)} was turned away.`, drawing: null, link: { to: paths.map(scopeOf(view)), words: 'See all services on the map' } };
  }
  const { node, count } = first;
  const name = shortName(node.name);
  const others = found.length === 1 ? '' : `, and ${countOf(found.length - 1, 'other')} did so too`;
  return {
    status: 'throttle',
    figure: countText(count),
    sentence: `${name} turned away ${countText(count)} of ${countOf(node.traffic.total, 'call')} because there were too many (${throttleShare(first)})${others}.`,
    drawing: {
      kind: 'meters',
      about: 'Share of calls that were turned away',
      meters: found.slice(0, most).map((each) => ({ label: shortName(each.node.name), value: each.count / each.node.traffic.total, text: `${countText(each.count)} · ${throttleShare(each)}`, status: 'throttle' as const })),
    },
    link: { to: tracesOf(view, [`service(${quoted(node.name)}) { throttle }`]), words: `See the requests that ${name} turned away` },
  };
};

const ways = (path: GraphNode[]): string => {
  const names = path.map(({ name }) => shortName(name));
  const [first = '', ...rest] = names;
  return rest.length === 0 ? `all requests end in ${first}` : `the busiest way is ${names.join(' → ')}`;
};

const needing = (by: number, of: number): string => (of === 1 ? 'the only other service needs' : `${by} of ${of} services ${by === 1 ? 'needs' : 'need'}`);

/** What depends on what? */
export const whatDepends = (graph: Graph, view: View): Answer => {
  const needed = mostNeeded(graph);
  const top = needed[0];
  const services = graph.nodes.filter(({ isClient }) => !isClient).length;
  if (services === 0) {
    return { status: 'pending', figure: '0', sentence: `No service reported in ${rangeWords(view)}.`, drawing: null, link: { to: paths.map(scopeOf(view)), words: 'See the map' } };
  }
  const way = `${countOf(services, 'service')} ${services === 1 ? 'is' : 'are'} on the map; ${ways(busiestPath(graph))}`;
  const drawing: Answer['drawing'] = top === undefined ? null : {
    kind: 'meters',
    about: 'How many services need it, directly or by way of others',
    meters: needed.slice(0, most).map(({ node, by, of }) => ({ label: shortName(node.name), value: by / Math.max(1, of), text: `${by} of ${of}`, status: 'pending' as const })),
  };
  return {
    status: 'ok',
    figure: countText(services),
    sentence: top === undefined ? `${way}, and nothing calls anything else.` : `${way}; most depends on ${shortName(top.node.name)}, which ${needing(top.by, top.of)}.`,
    drawing,
    link: { to: paths.map({ ...scopeOf(view), ...(top === undefined ? {} : { node: top.node.key }) }), words: top === undefined ? 'See the map' : `See ${shortName(top.node.name)} on the map` },
  };
};
