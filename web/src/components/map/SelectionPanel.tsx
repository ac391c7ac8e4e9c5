import { Link } from 'react-router';
import { NodeIcon } from '../../ui/NodeIcon';
import type { Graph, GraphEdge, GraphNode } from '../../util/graph';
import { describeType } from '../../util/nodeType';
import { paths, scopeOf } from '../../util/paths';
import type { View } from '../../util/view';
import { titleOf } from './model';
import { Neighbours } from './Neighbours';
import { PanelFrame } from './PanelFrame';
import type { MapSelection } from './ServiceMap';
import { TrafficFacts } from './TrafficFacts';

interface PanelProps {
  graph: Graph;
  minutes: number;
  view: View;
  onSelect: (selection: MapSelection) => void;
}

const none: MapSelection = { node: null, edge: null };

const nameIn = (graph: Graph) => (key: string) => {
  const node = graph.nodes.find((candidate) => candidate.key === key);
  return node === undefined ? key : titleOf(node);
};

const NodePanel = ({ node, graph, minutes, view, onSelect }: PanelProps & { node: GraphNode }) => {
  const { kind, words } = describeType(node.type);
  const name = nameIn(graph);
  const selectEdge = (edge: string): void => onSelect({ node: null, edge });
  const shown = titleOf(node) === node.name || node.isClient ? words : `${words}: ${node.name}`;
  return (
    <PanelFrame title={titleOf(node)} subtitle={shown} icon={<NodeIcon kind={kind} />} onClose={() => onSelect(none)}>
      {node.isClient ? (
        <p className="rs-note">Whoever sends requests from outside: browsers, apps, other systems. What they notice is on the arrow.</p>
      ) : (
        <TrafficFacts traffic={node.traffic} minutes={minutes} />
      )}
      <Link className="rs-link" to={paths.traces({ ...scopeOf(view), via: [node.key] })}>
        See the traces through {titleOf(node)}
      </Link>
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

const EdgePanel = ({ edge, graph, minutes, view, onSelect }: PanelProps & { edge: GraphEdge }) => {
  const name = nameIn(graph);
  const selectNode = (node: string) => (): void => onSelect({ node, edge: null });
  const subtitle = edge.isLink ? 'Work handed on; times are how long it waited' : 'Times as the caller saw them';
  return (
    <PanelFrame title={`${name(edge.from)} → ${name(edge.to)}`} subtitle={subtitle} icon={arrow} onClose={() => onSelect(none)}>
      <TrafficFacts traffic={edge.traffic} minutes={minutes} />
      {edge.aliases.length > 0 && (
        <p className="rs-note">
          {name(edge.from)} knows it as <strong>{edge.aliases.join(', ')}</strong>.
        </p>
      )}
      <Link className="rs-link" to={paths.traces({ ...scopeOf(view), via: [edge.from, edge.to] })}>
        See the traces through both
      </Link>
      <div className="rs-ends">
        <button type="button" className="rs-linkbutton" onClick={selectNode(edge.from)}>
          About {name(edge.from)}
        </button>
        <button type="button" className="rs-linkbutton" onClick={selectNode(edge.to)}>
          About {name(edge.to)}
        </button>
      </div>
    </PanelFrame>
  );
};

/** What there is to know about the selected node or edge; nothing when none is selected or it is not on this map. */
export const SelectionPanel = (props: PanelProps) => {
  const node = props.graph.nodes.find(({ key }) => key === props.view.node);
  if (node !== undefined) return <NodePanel {...props} node={node} />;
  const edge = props.graph.edges.find(({ key }) => key === props.view.edge);
  return edge === undefined ? null : <EdgePanel {...props} edge={edge} />;
};
