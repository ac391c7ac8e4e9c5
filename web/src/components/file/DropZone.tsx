import { useState, type DragEvent } from 'react';

interface DropZoneProps {
  /** One line instead of a field, once a file is open. */
  small: boolean;
  onFile: (file: File) => void;
}

/** A place to drop a file on, which is also a button that chooses one. */
export const DropZone = ({ small, onFile }: DropZoneProps) => {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined) onFile(file);
  };
  return (
    // Dropping is a second way; the field inside is for keyboards.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <label
      className="rs-drop"
      data-over={over}
      data-small={small}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        type="file"
        accept=".json,application/json"
        className="rs-visually-hidden"
        onChange={(event) => {
          const file = event.target.files?.[0];
          // Cleared, so that the same file can be chosen again after it was mended.
          event.target.value = '';
          if (file !== undefined) onFile(file);
        }}
      />
      <strong>{small ? 'Open another file' : 'Choose a file, or drop it here'}</strong>
      {!small && <span className="rs-muted">A trace that was downloaded as JSON, or the output of “aws xray batch-get-traces”; up to 50 MB. It stays in this browser.</span>}
    </label>
  );
};
