import Button from '@cloudscape-design/components/button';
import { Link } from 'react-router';
import { NodeIcon } from '../../ui/NodeIcon';
import type { Graph, GraphEdge, GraphNode } from '../../graph/graph';
import { unselected, type MapView } from '../../graph/mapView';
import { describeType } from '../../util/nodeType';
import { paths, scopeOf, withView } from '../../url/paths';
import { bothFilters, conditionOf, edgeFilter, edgeSelector, nodeFilter, nodeSelector } from '../../graph/traceFilter';
import type { ChangeMap } from '../../graph/useMapView';
import { titleOf } from './model';
import { Neighbours } from './Neighbours';
import { PanelFrame } from './PanelFrame';
import { SeriesSection } from './SeriesSection';
import { TrafficFacts } from './TrafficFacts';

interface PanelProps {
  graph: Graph;
  minutes: number;
  view: MapView;
  change: ChangeMap;
}

const nameIn = (graph: Graph) => (key: string) => {
  const node = graph.nodes.find((candidate) => candidate.key === key);
  return node === undefined ? key : titleOf(node);
};

/** The ways on: the traces themselves, and what sets them apart from the others. */
const Ways = ({ view, expression }: { view: MapView; expression: string }) => (
  <div className="rs-ways">
    <Link className="rs-way" data-first="true" to={paths.traces({ ...scopeOf(view), filter: bothFilters(view.filter, expression) })}>
      View traces
    </Link>
    <Link className="rs-way" to={withView('/analytics', scopeOf(view), { select: expression })}>
      Analyze
    </Link>
  </div>
);

const NodePanel = ({ node, graph, minutes, view, change }: PanelProps & { node: GraphNode }) => {
  const { kind, words } = describeType(node.type);
  const name = nameIn(graph);
  const selectEdge = (edge: string): void => change({ ...unselected, edge });
  const shown = titleOf(node) === node.name || node.isClient ? words : `${words}: ${node.name}`;
  return (
    <PanelFrame title={titleOf(node)} subtitle={shown} icon={<NodeIcon kind={kind} />} onClose={() => change(unselected)}>
      <Ways view={view} expression={nodeFilter(node, conditionOf(view.only, view.band))} />
      {node.isClient ? (
        <p className="rs-note">Whoever sends requests from outside: browsers, apps, other systems. What they notice is on the arrow.</p>
      ) : (
        <TrafficFacts traffic={node.traffic} minutes={minutes} view={view} change={change} />
      )}
      {view.focus !== node.key && (
        <Button iconName="zoom-to-fit" onClick={() => change({ focus: node.key })}>
          Show only what is around it
        </Button>
      )}
      {!node.isClient && <SeriesSection view={view} selector={nodeSelector(node)} />}
      <Neighbours title="Called by" edges={graph.edges.filter((edge) => edge.to === node.key)} nameOf={(edge) => name(edge.from)} onSelect={selectEdge} />
      <Neighbours title="Calls" edges={graph.edges.filter((edge) => edge.from === node.key)} nameOf={(edge) => name(edge.to)} onSelect={selectEdge} />
    </PanelFrame>
  );
};

const arrow = (
  <svg width="24" height="24" viewBox="0 0 24 24" className="rs-node-icon" aria-hidden="true">
    <path d="M3 12h17M14 6l6 6-6 6" />
  </svg>
);

const EdgePanel = ({ edge, from, to, minutes, view, change }: PanelProps & { edge: GraphEdge; from: GraphNode; to: GraphNode }) => {
  const selectNode = (node: string) => (): void => change({ ...unselected, node });
  const [source, target] = [titleOf(from), titleOf(to)];
  const subtitle = edge.isLink ? 'Work handed on; times are how long it waited' : 'Times as the caller saw them';
  return (
    <PanelFrame title={`${source} → ${target}`} subtitle={subtitle} icon={arrow} onClose={() => change(unselected)}>
      <Ways view={view} expression={edgeFilter(edge, from, to, conditionOf(view.only, view.band))} />
      {edge.isLink && <p className="rs-note">The receiver begins a trace of its own, linked to the sender’s. The links above lead to those of {target}.</p>}
      <TrafficFacts traffic={edge.traffic} minutes={minutes} view={view} change={change} isLink={edge.isLink} />
      {edge.aliases.length > 0 && (
        <p className="rs-note">
          {source} knows it as <strong>{edge.aliases.join(', ')}</strong>.
        </p>
      )}
      <SeriesSection view={view} selector={edgeSelector(from, to)} />
      <div className="rs-ends">
        <button type="button" className="rs-linkbutton" onClick={selectNode(edge.from)}>
          About {source}
        </button>
        <button type="button" className="rs-linkbutton" onClick={selectNode(edge.to)}>
          About {target}
        </button>
      </div>
    </PanelFrame>
  );
};

/** What there is to know about the selected node or edge; nothing when none is selected or it is not on this map. */
export const SelectionPanel = (props: PanelProps) => {
  const find = (key: string | null | undefined) => props.graph.nodes.find((node) => node.key === key);
  const node = find(props.view.node);
  if (node !== undefined) return <NodePanel {...props} node={node} />;
  const edge = props.graph.edges.find(({ key }) => key === props.view.edge);
  const [from, to] = [find(edge?.from), find(edge?.to)];
  return edge === undefined || from === undefined || to === undefined ? null : <EdgePanel {...props} edge={edge} from={from} to={to} />;
};
