import Select from '@cloudscape-design/components/select';
import type { Row, RowSet } from '../../api/rayscope.gen';
import { countText, durationText } from '../../util/format';
import type { PartProps } from './Charts';
import { Key } from './ChartCard';
import { optionsOf } from './Tables';
import { attributeName, attributeTitle, fixedAttributes, isAnnotation, valueText } from './words';

/** The logarithmic scale that all strips share: from the least p50 to the largest p99. */
const scaleOf = (sets: RowSet[]): ((seconds: number) => number) => {
  const times = sets.flatMap(({ P50, P99 }) => [P50, P99]).filter((time) => time !== null).map((time) => Math.max(time, 1e-6));
  const [least, most] = [Math.min(...times), Math.max(...times)];
  const width = Math.log(most / least);
  return (seconds) => (width > 0 ? (100 * Math.log(Math.max(seconds, 1e-6) / least)) / width : 50);
};

const Strip = ({ set, side, scale }: { set: RowSet; side: 'a' | 'b'; scale: (seconds: number) => number }) => {
  const { P50, P95, P99 } = set;
  if (P50 === null || P95 === null || P99 === null) return null;
  const [from, middle, to] = [scale(P50), scale(P95), scale(P99)];
  return (
    <span className="rs-strip" data-side={side} aria-hidden="true">
      <span className="rs-strip-line" style={{ left: `${from}%`, width: `${to - from}%` }} />
      <span className="rs-strip-mark" data-look="p50" style={{ left: `${from}%` }} />
      <span className="rs-strip-mark" data-look="p95" style={{ left: `${middle}%` }} />
      <span className="rs-strip-mark" data-look="p99" style={{ left: `${to}%` }} />
    </span>
  );
};

const timeText = (seconds: number | null): string => (seconds === null ? '–' : durationText(seconds));

const cells = ({ Count, P50, P95, P99 }: RowSet) =>
  [countText(Count), timeText(P50), timeText(P95), timeText(P99)].map((text, i) => (
    <td key={i} className="rs-num">
      {text}
    </td>
  ));

const ValueRows = ({ row, scale }: { row: Row; scale: (seconds: number) => number }) => {
  const sides = [['a', row.A], ...(row.B === null ? [] : [['b', row.B]])] as ['a' | 'b', RowSet][];
  return sides.map(([side, set], i) => (
    <tr key={side} data-first={i === 0}>
      {i === 0 && (
        <th scope="rowgroup" rowSpan={sides.length}>
          <span className="rs-value" title={row.Value === null ? undefined : valueText(row.Value)}>
            {row.Value === null ? '' : valueText(row.Value)}
          </span>
        </th>
      )}
      {row.B !== null && (
        <th scope="row">
          <span className="rs-side" data-side={side}>
            {side.toUpperCase()}
          </span>
        </th>
      )}
      <td className="rs-strip-cell">
        <Strip set={set} side={side} scale={scale} />
      </td>
      {cells(set)}
    </tr>
  ));
};

/** Response times by the values of any attribute: which plan, which page, which version is slow? */
export const Percentiles = ({ place, data: { answer } }: PartProps) => {
  const { by } = place.state;
  const table = answer.Tables.find(({ Attribute }) => Attribute === by);
  const annotations = answer.Tables.map(({ Attribute }) => Attribute).filter(isAnnotation);
  const options = optionsOf([...fixedAttributes, ...annotations, by]);
  const rows = (table?.Rows ?? []).slice(0, 10);
  const split = answer.B !== null;
  const scale = scaleOf(rows.flatMap(({ A, B }) => (B === null ? [A] : [A, B])));
  return (
    <section className="rs-card rs-pad rs-percentiles" aria-labelledby="percentiles">
      <div className="rs-section-head">
        <h2 className="rs-h2" id="percentiles">
          Response times by {attributeName(by)}
        </h2>
        <div className="rs-section-choice">
          <Select
            ariaLabel="Response times by"
            selectedOption={options.find(({ value }) => value === by) ?? null}
            options={options}
            filteringType="auto"
            filteringAriaLabel="Find an attribute"
            onChange={({ detail }) => place.change({ by: detail.selectedOption.value ?? by }, { replace: true })}
          />
        </div>
      </div>
      {rows.length === 0 ? (
        <p className="rs-note">No request of this time has a value of this. Choose another attribute.</p>
      ) : (
        <>
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
          <div className="rs-values-scroll" role="region" aria-label="Response times, scrolls sideways" tabIndex={0}>
            <table className="rs-valuetable rs-striptable">
              <caption className="rs-visually-hidden">Response times by {attributeTitle(by)}</caption>
              <thead>
                <tr>
                  <th scope="col">Value</th>
                  {split && <th scope="col">Set</th>}
                  <th scope="col">
                    <Key look="p50">p50</Key> <Key look="p95">p95</Key> <Key look="p99">p99</Key>
                  </th>
                  {['Requests', 'p50', 'p95', 'p99'].map((text) => (
                    <th key={text} scope="col" className="rs-num">
                      {text}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <ValueRows key={JSON.stringify(row.Value)} row={row} scale={scale} />
                ))}
              </tbody>
            </table>
          </div>
          <p className="rs-note rs-small">
            Shorter is to the left, on a logarithmic scale. p95 is what 95 of 100 requests take at most; figures are at most {(answer.RelativeError * 100).toFixed(1)} % off.
            {table !== undefined && table.Distinct > rows.length && ` The ${rows.length} values that most requests have, of ${countText(table.Distinct)}.`}
          </p>
        </>
      )}
    </section>
  );
};
