import { ticksBetween } from '../../trace/axis';
import type { Zoom } from '../../url/view';

/** The time axis above the rows, with lines running down through them. */
export const Axis = ({ zoom }: { zoom: Zoom }) => (
  <div className="rs-axis" role="row" aria-rowindex={1}>
    <span role="columnheader">Segments and subsegments</span>
    <span role="columnheader" className="rs-row-resultcell">
      Result
    </span>
    <span role="columnheader" className="rs-axis-ticks" aria-label="Time since the start">
      {ticksBetween(zoom.from, zoom.to).map(({ at, text }) => (
        <span key={text} className="rs-tick" data-last={at > 0.93} style={{ left: `${at * 100}%` }}>
          {text}
        </span>
      ))}
    </span>
  </div>
);

export const GridLines = ({ zoom }: { zoom: Zoom }) => (
  <div className="rs-gridlines" aria-hidden="true">
    {ticksBetween(zoom.from, zoom.to).map(({ at, text }) => (
      <span key={text} style={{ left: `${at * 100}%` }} />
    ))}
  </div>
);
