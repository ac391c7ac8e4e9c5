import Button from '@cloudscape-design/components/button';
import { useEffect, useRef } from 'react';
import { shortcuts, switchShortcuts, treeKeys, useShortcutsOn } from './shortcuts';

const Keys = ({ title, keys }: { title: string; keys: [string, string][] }) => (
  <section>
    <h3 className="rs-h3">{title}</h3>
    <dl className="rs-keys">
      {keys.map(([key, words]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  </section>
);

/** All keys of the trace page. */
export const HelpSheet = ({ onClose }: { onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const on = useShortcutsOn();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="rs-help" aria-label="Keys of this page" onClose={onClose}>
      <header className="rs-detail-head">
        <h2 className="rs-h2">Keys of this page</h2>
        <Button variant="icon" iconName="close" ariaLabel="Close the help" onClick={() => dialog.current?.close()} />
      </header>
      <Keys title="Anywhere" keys={Object.entries(shortcuts)} />
      <Keys title="In the timeline and the flame graph" keys={treeKeys} />
      <Keys title="On the handles of the overview" keys={[['← →', 'Move the edge of what is shown by a hundredth']]} />
      <label className="rs-check">
        <input type="checkbox" checked={on} onChange={(event) => switchShortcuts(event.target.checked)} />
        Single letters are shortcuts
      </label>
    </dialog>
  );
};
