import { ticksOf } from '../../util/axis';

/** The time axis above the rows, with lines running down through them. */
export const Axis = ({ seconds }: { seconds: number }) => (
  <div className="rs-axis" role="row" aria-rowindex={0}>
    <span role="columnheader">Segments and subsegments</span>
    <span role="columnheader" className="rs-row-resultcell">
      Result
    </span>
    <span role="columnheader" className="rs-axis-ticks" aria-label="Time since the start">
      {ticksOf(seconds).map(({ at, text }) => (
        <span key={text} className="rs-tick" data-last={at > 0.93} style={{ left: `${at * 100}%` }}>
          {text}
        </span>
      ))}
    </span>
  </div>
);

export const GridLines = ({ seconds }: { seconds: number }) => (
  <div className="rs-gridlines" aria-hidden="true">
    {ticksOf(seconds).map(({ at, text }) => (
      <span key={text} style={{ left: `${at * 100}%` }} />
    ))}
  </div>
);
