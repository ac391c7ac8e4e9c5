import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { useState } from 'react';
import { asObject } from '../util/json';

/** Members shown before one has to ask for more, so that a huge list does not freeze the page. */
const atOnce = 50;

const entriesOf = (value: unknown): [string, unknown][] | null => {
  if (Array.isArray(value)) return (value as unknown[]).map((item, i) => [String(i), item]);
  const object = asObject(value);
  return object === null ? null : Object.entries(object);
};

const sizeText = (value: unknown, count: number): string => (Array.isArray(value) ? `[${count}]` : `{${count}}`);

const Leaf = ({ value }: { value: unknown }) => (
  <span className="rs-json-leaf" data-kind={value === null ? 'null' : typeof value}>
    {JSON.stringify(value)}
  </span>
);

const Members = ({ entries }: { entries: [string, unknown][] }) => {
  const [shown, setShown] = useState(atOnce);
  return (
    <ul className="rs-json rs-mono">
      {entries.slice(0, shown).map(([key, value]) => (
        <li key={key}>
          <Node name={key} value={value} />
        </li>
      ))}
      {entries.length > shown && (
        <li>
          <button type="button" className="rs-linkbutton" onClick={() => setShown(shown + atOnce)}>
            {entries.length - shown} more
          </button>
        </li>
      )}
    </ul>
  );
};

const Node = ({ name, value }: { name: string; value: unknown }) => {
  const [open, setOpen] = useState(false);
  const entries = entriesOf(value);
  if (entries === null || entries.length === 0) {
    return (
      <>
        <span className="rs-json-key">{name}</span>: <Leaf value={value} />
      </>
    );
  }
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="rs-json-key">{name}</span> <span className="rs-muted">{sizeText(value, entries.length)}</span>
      </summary>
      {open && <Members entries={entries} />}
    </details>
  );
};

/** A JSON value as a tree that opens level by level, and as text to take away. */
export const JsonTree = ({ value, label }: { value: unknown; label: string }) => {
  const entries = entriesOf(value);
  return (
    <div className="rs-code rs-jsontree" role="group" aria-label={label}>
      {entries === null ? <Leaf value={value} /> : <Members entries={entries} />}
      <div className="rs-code-copy">
        <CopyToClipboard copyButtonAriaLabel={`Copy: ${label}`} copyErrorText="Copying failed. The tab Raw JSON has the text." copySuccessText="Copied" textToCopy={JSON.stringify(value, null, 2)} variant="icon" />
      </div>
    </div>
  );
};
