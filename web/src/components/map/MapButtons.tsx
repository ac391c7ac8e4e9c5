import { Panel, useReactFlow } from '@xyflow/react';
import type { ReactNode } from 'react';

const plus = 'M8 3v10M3 8h10';
const minus = 'M3 8h10';
const frame = 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3';

export const MapButton = ({ label, drawing, onClick }: { label: string; drawing: string; onClick: () => unknown }) => (
  <button type="button" className="rs-map-button" aria-label={label} title={label} onClick={() => void onClick()}>
    <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" aria-hidden="true">
      <path d={drawing} />
    </svg>
  </button>
);

/** Zoom and fit, and what else is done with the map. */
export const MapButtons = ({ fit, children }: { fit: () => void; children?: ReactNode }) => {
  const { zoomIn, zoomOut } = useReactFlow();
  return (
    <Panel position="top-right" className="rs-map-buttons">
      <MapButton label="Zoom in" drawing={plus} onClick={zoomIn} />
      <MapButton label="Zoom out" drawing={minus} onClick={zoomOut} />
      <MapButton label="Show the whole map" drawing={frame} onClick={fit} />
      {children}
    </Panel>
  );
};
