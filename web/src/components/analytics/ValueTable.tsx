import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import type { Row, Table } from '../../api/rayscope.gen';
import type { Order } from '../../url/analytics';
import { countOf, countText, durationText } from '../../util/format';
import { ordered, type Columns } from './rows';
import type { AnalyticsPlace } from './useAnalytics';
import { ValueActions } from './ValueActions';
import { attributeTitle, percentText, pointsText, valueText } from './words';

/** More are shown on demand. */
const firstRows = 8;

const Head = ({ order, now, text, title, onOrder }: { order: Order; now: Order; text: string; title: string; onOrder: (order: Order) => void }) => (
  <th scope="col" className="rs-num" aria-sort={order === now ? 'descending' : 'none'}>
    <button type="button" className="rs-sort" title={`${title}. Order by it, most first`} onClick={() => onOrder(order)}>
      {text}
      <span aria-hidden="true">{order === now ? ' ▾' : ''}</span>
    </button>
  </th>
);

const ShareCell = ({ share, count, side }: { share: number; count: number; side: 'a' | 'b' }) => (
  <td className="rs-num" title={countOf(count, 'request')}>
    {percentText(share)}
    <span className="rs-evidence-track" aria-hidden="true">
      <span className="rs-evidence-bar" data-side={side} style={{ width: `${100 * share}%` }} />
    </span>
  </td>
);

const timeText = (seconds: number | null): string => (seconds === null ? '–' : durationText(seconds));

interface ValueRowProps {
  attribute: string;
  row: Row;
  columns: Columns;
  place: AnalyticsPlace;
}

const noExpression = 'This value is longer than a filter expression may be, so it cannot be selected here.';

const ValueRow = ({ attribute, row, columns, place }: ValueRowProps) => {
  const { Value, Expression, A, B, Delta } = row;
  const text = Value === null ? 'all other values' : valueText(Value);
  const { traces, faults, p50, p95 } = columns(row);
  return (
    <tr>
      <th scope="row">
        {Expression === null ? (
          <span className="rs-value" title={Value === null ? undefined : `${text}\n${noExpression}`}>
            {text}
          </span>
        ) : (
          <button type="button" className="rs-linkbutton rs-value" title={`${text}\nSelect these requests`} onClick={() => place.acts.select({ select: Expression })}>
            {text}
          </button>
        )}
      </th>
      <td className="rs-num">{countText(traces)}</td>
      <ShareCell share={A.Share} count={A.Count} side="a" />
      {B !== null && <ShareCell share={B.Share} count={B.Count} side="b" />}
      {B !== null && <td className="rs-num">{pointsText(Delta ?? 0)}</td>}
      <td className="rs-num">{countText(faults)}</td>
      <td className="rs-num">{timeText(p50)}</td>
      <td className="rs-num">{timeText(p95)}</td>
      <td>{Expression !== null && <ValueActions label={`${attributeTitle(attribute)} ${text}`} expression={Expression} place={place} selected={B !== null} />}</td>
    </tr>
  );
};

/** How many of the values are in the table, and what is known of the others. */
const coverage = ({ Rows, Distinct, Exact, Traces }: Table): string =>
  `${countOf(Traces, 'request')} ${Traces === 1 ? 'has' : 'have'} it, with ${Exact ? '' : 'at least '}${countOf(Distinct, 'value')}${Distinct > Rows.length ? `; here are the ${Rows.length} that most requests have` : ''}.`;

/** The values of one attribute in both sets. */
export const ValueTable = ({ table, columns, place }: { table: Table; columns: Columns; place: AnalyticsPlace }) => {
  const [all, setAll] = useState(false);
  const { order } = place.state;
  const title = attributeTitle(table.Attribute);
  const split = table.Others.B !== null;
  const rows = ordered(table.Rows, order, columns);
  const onOrder = (next: Order): void => place.change({ order: next }, { replace: true });
  const others = table.Others.A.Count + (table.Others.B?.Count ?? 0) > 0;
  return (
    <section className="rs-card rs-values" aria-label={title}>
      <div className="rs-values-head">
        <h3 className="rs-h2">{title}</h3>
        <p className="rs-note rs-small">{coverage(table)}</p>
      </div>
      {rows.length > 0 && (
        <div className="rs-values-scroll">
          <table className="rs-valuetable">
            <caption className="rs-visually-hidden">Requests by {title}</caption>
            <thead>
              <tr>
                <th scope="col">Value</th>
                <Head order="traces" now={order} text="Requests" title="Requests with this value, in both sets" onOrder={onOrder} />
                <th scope="col" className="rs-num">{split ? 'Of A' : 'Share'}</th>
                {split && <th scope="col" className="rs-num">Of B</th>}
                {split && <Head order="delta" now={order} text="A − B" title="Difference of the shares in percentage points, whatever its sign" onOrder={onOrder} />}
                <Head order="faults" now={order} text="Faults" title="Faults with this value, in both sets" onOrder={onOrder} />
                <Head order="p50" now={order} text="p50" title={`Half of them take at most${split ? ', in A' : ''}`} onOrder={onOrder} />
                <Head order="p95" now={order} text="p95" title={`95 of 100 take at most${split ? ', in A' : ''}`} onOrder={onOrder} />
                <th scope="col">
                  <span className="rs-visually-hidden">More to do</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, all ? undefined : firstRows).map((row) => (
                <ValueRow key={JSON.stringify(row.Value)} attribute={table.Attribute} row={row} columns={columns} place={place} />
              ))}
              {others && (all || rows.length <= firstRows) && <ValueRow attribute={table.Attribute} row={table.Others} columns={columns} place={place} />}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > firstRows && (
        <div className="rs-values-foot">
          <Button variant="inline-link" ariaExpanded={all} onClick={() => setAll(!all)}>
            {all ? `Show the first ${firstRows} only` : `Show all ${rows.length} of ${title}`}
          </Button>
        </div>
      )}
    </section>
  );
};
