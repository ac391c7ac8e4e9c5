import { memo, useId } from 'react';
import { MapEdgeLabel, MapEdgeLine } from './MapEdgeView';
import { edgeColours, type MapEdge } from './model';

const selectedColour = 'var(--rs-accent)';
const colours = [...edgeColours, selectedColour];

interface MapEdgesProps {
  edges: MapEdge[];
  selected: string | null;
  /** The edge that the keyboard is at. */
  stop: string | null;
}

/** Widths are told apart this coarsely from afar. */
const farStep = 1.5;

/** All lines of one colour and about one width as one path: so many are drawn much sooner together. */
const FarLines = memo(({ edges }: { edges: MapEdge[] }) => {
  const kinds = new Map<string, { colour: string; width: number; paths: string[] }>();
  for (const { colour, width, path } of edges) {
    const coarse = Math.round(width / farStep) * farStep;
    const kind = kinds.get(`${colour} ${coarse}`) ?? { colour, width: coarse, paths: [] };
    kind.paths.push(path);
    kinds.set(`${colour} ${coarse}`, kind);
  }
  return (
    <g className="rs-edges-far">
      {[...kinds].map(([key, { colour, width, paths }]) => (
        <path key={key} d={paths.join('')} stroke={colour} strokeWidth={width} />
      ))}
    </g>
  );
});
FarLines.displayName = 'FarLines';

/** The lines of all calls in one picture, then their labels. */
export const MapEdges = ({ edges, selected, stop }: MapEdgesProps) => {
  const id = useId();
  const arrowOf = (colour: string): string => `${id}-${colours.indexOf(colour)}`;
  return (
    <>
      <svg className="rs-edges" width="1" height="1" aria-hidden="true">
        <defs>
          {colours.map((colour) => (
            <marker key={colour} id={arrowOf(colour)} viewBox="-10 -6 10 12" markerWidth="10" markerHeight="12" markerUnits="userSpaceOnUse" orient="auto">
              <path d="M-10,-6L0,0L-10,6z" fill={colour} />
            </marker>
          ))}
        </defs>
        <FarLines edges={edges} />
        {edges.map((edge) => {
          const isSelected = edge.id === selected;
          return <MapEdgeLine key={edge.id} {...edge} isSelected={isSelected} arrow={arrowOf(isSelected ? selectedColour : edge.colour)} />;
        })}
      </svg>
      {edges.map(
        (edge) =>
          (!edge.isQuiet || edge.id === selected || edge.id === stop) && <MapEdgeLabel key={edge.id} {...edge} isSelected={edge.id === selected} isStop={edge.id === stop} />,
      )}
    </>
  );
};
