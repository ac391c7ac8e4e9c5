import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { useEffect, useRef, type ReactNode } from 'react';

interface EditorFrameProps {
  title: string;
  saveText: string;
  saving: boolean;
  /** Why the form may not be sent yet; the button stays, so that it can say so. */
  refused: string | null;
  onSave: () => void;
  onCancel: () => void;
  children: ReactNode;
}

/** A form on a card of its own. It takes the focus when it opens, and Enter in a field saves. */
export const EditorFrame = ({ title, saveText, saving, refused, onSave, onCancel, children }: EditorFrameProps) => {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.focus();
    head.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <form
      className="rs-card rs-pad rs-editor"
      aria-label={title}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <h2 className="rs-h2" tabIndex={-1} ref={head}>
        {title}
      </h2>
      {children}
      {refused !== null && (
        <div role="alert">
          <Alert type="error" header="This could not be saved">
            {refused}
          </Alert>
        </div>
      )}
      <div className="rs-formbar">
        <Button variant="primary" loading={saving} formAction="submit">
          {saveText}
        </Button>
        <Button variant="link" formAction="none" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
};
