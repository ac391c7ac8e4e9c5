import { KeySheet, type KeySection } from '../../ui/KeySheet';
import { ShortcutSwitch } from '../trace/ShortcutSwitch';
import { traceKeys } from '../trace/shortcuts';

const sections: KeySection[] = [
  {
    title: 'Everywhere',
    keys: [
      ['?', 'This help'],
      ['Tab', 'Next link, button or field; the first one skips to the content'],
      ['Escape', 'Close a dialog, a menu or a list of choices'],
    ],
  },
  {
    title: 'In the box for filter expressions',
    keys: [
      ['Ctrl Space', 'Offer names and values'],
      ['↑ ↓', 'Choose among what is offered; Enter takes it'],
      ['Enter', 'Apply the expression'],
    ],
  },
  {
    title: 'On the map',
    keys: [
      ['Tab', 'To the map: the service or call where you were last'],
      ['← →', 'Who calls this service, what it calls; on a call, its ends'],
      ['↑ ↓', 'The service above or below'],
      ['e', 'The next call that this service makes; E: that it gets'],
      ['Enter', 'Show figures beside the map; Escape closes them'],
    ],
  },
  ...traceKeys,
];

/** All keys of the console. */
const ConsoleKeys = ({ onClose }: { onClose: () => void }) => (
  <KeySheet title="Keys of the console" sections={sections} onClose={onClose}>
    <ShortcutSwitch />
  </KeySheet>
);

export default ConsoleKeys;
