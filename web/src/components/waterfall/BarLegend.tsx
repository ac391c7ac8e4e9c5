/** What the parts of a bar mean. */
export const BarLegend = () => (
  <ul className="rs-barlegend" aria-label="What bars show">
    <li>
      <span className="rs-swatch" data-kind="self" aria-hidden="true" /> worked itself
    </li>
    <li>
      <span className="rs-swatch" data-kind="waited" aria-hidden="true" /> waited for rows below it, or for the service it called
    </li>
    <li>
      <span className="rs-swatch" data-kind="critical" aria-hidden="true" /> critical path: the request waited for just this
    </li>
  </ul>
);
