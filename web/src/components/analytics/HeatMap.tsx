import { useMemo, useState, type KeyboardEvent } from 'react';
import type { Cell, HeatMap as Data } from '../../api/rayscope.gen';
import { Chart } from '../../ui/chart/Chart';
import { countText } from '../../util/format';
import { rowsOf } from './bins';
import { ChartCard } from './ChartCard';
import { cellText, heatOption, mostOf, shadeName, shadesOf } from './heatOption';
import { isMove, next, partOf } from './heatCells';
import { placeAxis } from './look';
import type { AnalyticsPlace } from './useAnalytics';

const Legend = ({ map }: { map: Data }) => {
  const shades = shadesOf(mostOf(map));
  return (
    <span className="rs-shades">
      {shades.map(({ from, to }, i) => (
        <span key={from} className="rs-shade">
          <span className="rs-shade-mark" style={{ background: `var(${shadeName(i, shades.length)})` }} aria-hidden="true" />
          {from === to ? countText(from) : `${countText(from)}–${countText(to)}`}
        </span>
      ))}
      <span className="rs-shade">
        <span className="rs-shade-mark" data-faults="true" aria-hidden="true" /> with faults
      </span>
    </span>
  );
};

interface HeatMapProps {
  place: AnalyticsPlace;
  map: Data;
  split: boolean;
}

/** Requests by time and response time. A cell at a time can be read and selected from the keyboard. */
export const HeatMap = ({ place: { state, change }, map, split }: HeatMapProps) => {
  const { since, until, min, max } = state;
  const [key, setKey] = useState<{ column: number; row: number } | null>(null);
  const at = key === null ? null : (map.Cells.find(({ Column, Row }) => Column === key.column && Row === key.row) ?? null);
  const draw = useMemo(() => heatOption(map, { since, until }, { min, max }, split, at), [map, since, until, min, max, split, at]);
  const busiest = map.Cells.reduce<Cell | null>((most, cell) => (most === null || cell.A + cell.B > most.A + most.B ? cell : most), null);
  const { first } = rowsOf(map);

  const go = (cell: Cell): void => setKey({ column: cell.Column, row: cell.Row });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (at === null || !isMove(event.key)) return;
    event.preventDefault();
    go(next(map.Cells, at, event.key));
  };
  const choose = (cell: Cell): void => change(partOf({ x: [cell.Column, cell.Column + 1], y: [cell.Row - first, cell.Row - first + 1] }, map) ?? {});
  return (
    <ChartCard
      title="When, and how long"
      note={
        <>
          <Legend map={map} /> Requests in a cell: later to the right, slower further up. Drag a rectangle to select it.
        </>
      }
    >
      <Chart draw={draw} height={210} selecting={{ xAxis: placeAxis, yAxis: placeAxis, both: true, onSelect: (area) => change(partOf(area, map) ?? {}) }} />
      {busiest !== null && (
        <button
          type="button"
          className="rs-heatread"
          onFocus={() => go(at ?? busiest)}
          onBlur={() => setKey(null)}
          onKeyDown={onKeyDown}
          onClick={() => choose(at ?? busiest)}
        >
          <span aria-live="polite">{at === null ? 'Read the cells by keyboard: arrow keys go from one to the next, Enter selects.' : cellText(at, map, split)}</span>
        </button>
      )}
    </ChartCard>
  );
};
