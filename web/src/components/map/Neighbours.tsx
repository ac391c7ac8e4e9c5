import { StatusLabel } from '../../ui/StatusIcon';
import { durationText } from '../../util/format';
import type { GraphEdge } from '../../graph/graph';
import { toneOf, troubleText } from './model';

interface NeighboursProps {
  title: string;
  edges: GraphEdge[];
  /** The other end of an edge, by name. */
  nameOf: (edge: GraphEdge) => string;
  onSelect: (edge: string) => void;
}

/** Who calls a node, or whom it calls. */
export const Neighbours = ({ title, edges, nameOf, onSelect }: NeighboursProps) => {
  if (edges.length === 0) return null;
  return (
    <section>
      <h3 className="rs-h3">{title}</h3>
      <ul className="rs-neighbours">
        {edges.map((edge) => (
          <li key={edge.key}>
            <button type="button" className="rs-linkbutton" onClick={() => onSelect(edge.key)}>
              {nameOf(edge)}
            </button>
            <span className="rs-num">{edge.traffic.average === null ? '–' : durationText(edge.traffic.average)}</span>
            {toneOf(edge.traffic) !== 'ok' && <StatusLabel status={toneOf(edge.traffic)} text={troubleText(edge.traffic)} />}
          </li>
        ))}
      </ul>
    </section>
  );
};
