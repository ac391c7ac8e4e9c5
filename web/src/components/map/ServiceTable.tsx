import { memo } from 'react';
import { NodeIcon } from '../../ui/NodeIcon';
import { ShareBar } from '../../ui/ShareBar';
import { StatusLabel } from '../../ui/StatusIcon';
import { durationText, rateText } from '../../util/format';
import { worstFirst, type Graph, type GraphNode } from '../../graph/graph';
import { describeType } from '../../util/nodeType';
import { percentile } from '../../graph/stats';
import { titleOf, toneOf, troubleText } from './model';

interface ServiceTableProps {
  graph: Graph;
  minutes: number;
  selected: string | null;
  /** Must stay the same function, or all rows are drawn again. */
  onSelect: (node: string) => void;
}

const ServiceRow = memo(({ node, minutes, isSelected, onSelect }: { node: GraphNode; minutes: number; isSelected: boolean; onSelect: (node: string) => void }) => {
  const { kind, words } = describeType(node.type);
  const tone = toneOf(node.traffic);
  const p99 = percentile(node.traffic.histogram, 0.99);
  return (
    <tr aria-selected={isSelected}>
      <th scope="row">
        <span className="rs-services-name">
          <NodeIcon kind={kind} size={20} />
          <button type="button" className="rs-linkbutton" onClick={() => onSelect(node.key)}>
            {titleOf(node)}
          </button>
        </span>
      </th>
      <td className="rs-muted rs-wide-only">{words}</td>
      <td>
        <StatusLabel status={tone} text={tone === 'ok' ? 'OK' : troubleText(node.traffic)} />
      </td>
      <td className="rs-services-bar rs-wide-only">
        <ShareBar counts={node.traffic.counts} />
      </td>
      <td className="rs-num">{node.traffic.average === null ? '–' : durationText(node.traffic.average)}</td>
      <td className="rs-num rs-wide-only">{p99 === null ? '–' : durationText(p99)}</td>
      <td className="rs-num">{rateText(node.traffic.total / minutes)}</td>
    </tr>
  );
});
ServiceRow.displayName = 'ServiceRow';

/** All services as a list, those in trouble first: the map in words. */
export const ServiceTable = ({ graph, minutes, selected, onSelect }: ServiceTableProps) => (
  <section className="rs-card rs-services" aria-label="Services, worst first">
    <h2 className="rs-h2 rs-pad">Services, worst first</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col" className="rs-wide-only">
            Type
          </th>
          <th scope="col">State</th>
          <th scope="col" className="rs-wide-only">
            Results
          </th>
          <th scope="col">Average</th>
          <th scope="col" className="rs-wide-only" title="99 of 100 requests take at most this long">
            p99
          </th>
          <th scope="col">Rate</th>
        </tr>
      </thead>
      <tbody>
        {worstFirst(graph.nodes).map((node) => (
          <ServiceRow key={node.key} node={node} minutes={minutes} isSelected={node.key === selected} onSelect={onSelect} />
        ))}
      </tbody>
    </table>
  </section>
);
