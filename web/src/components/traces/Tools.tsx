import ExpandableSection from '@cloudscape-design/components/expandable-section';
import type { ReactNode } from 'react';
import { useWide } from '../../util/useWide';

interface ToolsProps {
  open: boolean;
  onOpen: (open: boolean) => void;
  children: ReactNode;
}

/** What narrows the list: beside it where there is room, else folded so that the list comes first. */
export const Tools = ({ open, onOpen, children }: ToolsProps) => {
  const wide = useWide();
  if (wide) return children;
  return (
    <ExpandableSection variant="container" headerText="Charts and common values" expanded={open} onChange={({ detail }) => onOpen(detail.expanded)}>
      {open && children}
    </ExpandableSection>
  );
};
