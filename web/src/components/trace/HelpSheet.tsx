import { KeySheet } from '../../ui/KeySheet';
import { ShortcutSwitch } from './ShortcutSwitch';
import { traceKeys } from './shortcuts';

/** All keys of the trace page. */
export const HelpSheet = ({ onClose }: { onClose: () => void }) => (
  <KeySheet title="Keys of this page" sections={traceKeys} onClose={onClose}>
    <ShortcutSwitch />
  </KeySheet>
);
