import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import type { ReactNode } from 'react';

interface ConfirmProps {
  /** What is asked, with the name of the thing: "Delete group checkout?" */
  question: string;
  /** What the button says, with the name too. */
  doIt: string;
  /** What follows from it. */
  children: ReactNode;
  busy: boolean;
  error: Error | null;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something that cannot be taken back. */
export const Confirm = ({ question, doIt, children, busy, error, onConfirm, onCancel }: ConfirmProps) => (
  <Modal
    visible
    header={question}
    closeAriaLabel="Cancel"
    onDismiss={onCancel}
    footer={
      <Box float="right">
        <span className="rs-formbar">
          <Button variant="link" onClick={onCancel}>
            Cancel
          </Button>
          <Button variant="primary" loading={busy} onClick={onConfirm}>
            {doIt}
          </Button>
        </span>
      </Box>
    }
  >
    <div className="rs-stack">
      {children}
      {error !== null && (
        <Alert type="error" header="That did not work">
          {error.message}
        </Alert>
      )}
    </div>
  </Modal>
);
