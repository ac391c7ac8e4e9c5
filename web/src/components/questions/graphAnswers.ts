import { countOf, countText } from '../../util/format';
import { busiestPath, mostNeeded } from '../../util/dependencies';
import type { Graph, GraphNode } from '../../util/graph';
import { shortName } from '../../util/nodeType';
import { paths, scopeOf } from '../../util/paths';
import { shareText } from '../../util/status';
import type { View } from '../../util/view';
import { quoted, rangeWords, tracesOf, type Answer } from './answer';

const most = 4;

const throttleShare = ({ traffic }: GraphNode): string => shareText(traffic.counts.throttle, traffic.total);

/** Where are we throttled? */
export const whereThrottled = (graph: Graph, view: View): Answer => {
  const nodes = graph.nodes.filter(({ isClient, traffic }) => !isClient && traffic.counts.throttle > 0).sort((a, b) => b.traffic.counts.throttle - a.traffic.counts.throttle || (a.key < b.key ? -1 : 1));
  const calls = graph.nodes.filter(({ isClient }) => !isClient).reduce((sum, { traffic }) => sum + traffic.total, 0);
  const first = nodes[0];
  if (first === undefined) {
    return { status: 'ok', figure: '0', sentence: `Nowhere: none of ${countOf(calls, 'call')} in ${rangeWords(view)} was turned away.`, drawing: null, link: { to: paths.map(scopeOf(view)), words: 'See all services on the map' } };
  }
  const { throttle } = first.traffic.counts;
  const name = shortName(first.name);
  const others = nodes.length === 1 ? '' : `, and ${countOf(nodes.length - 1, 'other')} did so too`;
  return {
    status: 'throttle',
    figure: countText(throttle),
    sentence: `${name} turned away ${countText(throttle)} of ${countOf(first.traffic.total, 'call')} because there were too many (${throttleShare(first)})${others}.`,
    drawing: {
      kind: 'meters',
      about: 'Share of calls that were turned away',
      meters: nodes.slice(0, most).map((node) => ({ label: shortName(node.name), value: node.traffic.counts.throttle / node.traffic.total, text: `${countText(node.traffic.counts.throttle)} · ${throttleShare(node)}`, status: 'throttle' as const })),
    },
    link: { to: tracesOf(view, [`service(${quoted(first.name)}) { throttle }`]), words: `See the requests that ${name} turned away` },
  };
};

const ways = (path: GraphNode[]): string => {
  const names = path.map(({ name }) => shortName(name));
  const [first = '', ...rest] = names;
  return rest.length === 0 ? `all requests end in ${first}` : `the busiest way is ${names.join(' → ')}`;
};

/** What depends on what? */
export const whatDepends = (graph: Graph, view: View): Answer => {
  const needed = mostNeeded(graph);
  const top = needed[0];
  const services = graph.nodes.filter(({ isClient }) => !isClient).length;
  const way = `${countOf(services, 'service')} ${services === 1 ? 'is' : 'are'} on the map; ${ways(busiestPath(graph))}`;
  const drawing: Answer['drawing'] = top === undefined ? null : {
    kind: 'meters',
    about: 'How many services need it, directly or by way of others',
    meters: needed.slice(0, most).map(({ node, by, of }) => ({ label: shortName(node.name), value: by / Math.max(1, of), text: `${by} of ${of}`, status: 'pending' as const })),
  };
  return {
    status: 'ok',
    figure: countText(services),
    sentence: top === undefined ? `${way}, and nothing calls anything else.` : `${way}; most depends on ${shortName(top.node.name)}, which ${top.by} of ${top.of} services need.`,
    drawing,
    link: { to: paths.map({ ...scopeOf(view), ...(top === undefined ? {} : { node: top.node.key }) }), words: top === undefined ? 'See the map' : `See ${shortName(top.node.name)} on the map` },
  };
};
