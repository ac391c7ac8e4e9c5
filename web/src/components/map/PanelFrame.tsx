import Button from '@cloudscape-design/components/button';
import type { ReactNode } from 'react';

interface PanelFrameProps {
  title: string;
  subtitle: ReactNode;
  icon: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** The frame of what is said about the selected node or edge. */
export const PanelFrame = ({ title, subtitle, icon, onClose, children }: PanelFrameProps) => (
  <aside className="rs-card rs-panel" aria-label={title}>
    <header className="rs-panel-head">
      <span className="rs-panel-icon">{icon}</span>
      <div className="rs-panel-title">
        <h2 className="rs-h2">{title}</h2>
        <div className="rs-muted rs-small">{subtitle}</div>
      </div>
      <Button variant="icon" iconName="close" ariaLabel="Close" onClick={onClose} />
    </header>
    <div className="rs-panel-body">{children}</div>
  </aside>
);
