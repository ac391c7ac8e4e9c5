import '../styles/keys.css';
import Button from '@cloudscape-design/components/button';
import { useEffect, useRef, type ReactNode } from 'react';

/** Keys of one place, with what they do. */
export interface KeySection {
  title: string;
  keys: [key: string, words: string][];
}

interface KeySheetProps {
  title: string;
  sections: KeySection[];
  onClose: () => void;
  children?: ReactNode;
}

/** A dialog that lists keys. */
export const KeySheet = ({ title, sections, onClose, children }: KeySheetProps) => {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="rs-help" aria-label={title} onClose={onClose}>
      <header className="rs-help-head">
        <h2 className="rs-h2">{title}</h2>
        <Button variant="icon" iconName="close" ariaLabel="Close the help" onClick={() => dialog.current?.close()} />
      </header>
      {sections.map((section) => (
        <section key={section.title}>
          <h3 className="rs-h3">{section.title}</h3>
          <dl className="rs-keys">
            {section.keys.map(([key, words]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{words}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      {children}
    </dialog>
  );
};
