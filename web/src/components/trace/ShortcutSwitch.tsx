import { switchShortcuts, useShortcutsOn } from './shortcuts';

/** Turns single letters off and on: speech input types them by accident. */
export const ShortcutSwitch = () => {
  const on = useShortcutsOn();
  return (
    <label className="rs-keyswitch">
      <input type="checkbox" checked={on} onChange={(event) => switchShortcuts(event.target.checked)} />
      Single letters are shortcuts
    </label>
  );
};
