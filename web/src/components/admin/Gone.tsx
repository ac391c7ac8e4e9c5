import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';

/** A link led to something that was deleted, or never was. */
export const Gone = ({ what, onClose }: { what: string; onClose: () => void }) => (
  <Alert type="warning" header={what} action={<Button onClick={onClose}>Close</Button>}>
    Somebody may have deleted it, or the link is wrong. Those that exist are listed below.
  </Alert>
);
