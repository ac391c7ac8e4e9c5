import '../../styles/detail.css';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Tabs from '@cloudscape-design/components/tabs';
import { memo, type ReactNode, type Ref } from 'react';
import type { Entity } from '../../trace/entity';
import { exceptionsOf } from '../../trace/exceptions';
import { asObject } from '../../util/json';
import { shortName } from '../../util/nodeType';
import type { TraceTree } from '../../trace/tree';
import { detailTabs, type DetailTab } from '../../url/view';
import { usePlace } from '../trace/place';
import { Annotations, Metadata, Raw, Resources, Sql } from './Blocks';
import { Exceptions } from './Exceptions';
import { Overview } from './Overview';

interface DetailPanelProps {
  entity: Entity;
  tree: TraceTree;
  tab: DetailTab;
  onTab: (tab: DetailTab) => void;
  onClose: () => void;
  onSelect: (id: string) => void;
  panelRef: Ref<HTMLElement>;
}

const words: Record<DetailTab, string> = {
  overview: 'Overview',
  resources: 'Resources',
  annotations: 'Annotations',
  metadata: 'Metadata',
  exceptions: 'Exceptions',
  sql: 'SQL',
  raw: 'Raw JSON',
};

const contents: Record<DetailTab, (entity: Entity, tree: TraceTree, onSelect: (id: string) => void) => ReactNode> = {
  overview: (entity, tree) => <Overview entity={entity} tree={tree} />,
  resources: (entity) => <Resources entity={entity} />,
  annotations: (entity) => <Annotations entity={entity} />,
  metadata: (entity) => <Metadata entity={entity} />,
  exceptions: (entity, tree, onSelect) => <Exceptions entity={entity} tree={tree} onSelect={onSelect} />,
  sql: (entity) => <Sql entity={entity} />,
  raw: (entity) => <Raw entity={entity} />,
};

const sizes: Partial<Record<DetailTab, (entity: Entity, tree: TraceTree) => number>> = {
  annotations: (entity) => Object.keys(asObject(entity.doc['annotations']) ?? {}).length,
  exceptions: (entity, tree) => exceptionsOf(entity, tree).length,
};

const labelOf = (tab: DetailTab, entity: Entity, tree: TraceTree): string => {
  const size = sizes[tab]?.(entity, tree) ?? 0;
  return size === 0 ? words[tab] : `${words[tab]} (${size})`;
};

/** A link to this very row, tab included. Within a file there is nothing that a link could lead to. */
const CopyLink = ({ id }: { id: string }) => {
  // Read again with every row and tab that is shown, because the address changes with them.
  const { href } = window.location;
  if (usePlace() !== 'server') return null;
  return <CopyToClipboard key={id} variant="icon" textToCopy={href} copyButtonAriaLabel="Copy a link to this row" copySuccessText="Link copied" copyErrorText="Copying failed. Copy the address of the page by hand." />;
};

/** All that was recorded about the selected row. */
export const DetailPanel = memo(({ entity, tree, tab, onTab, onClose, onSelect, panelRef }: DetailPanelProps) => (
  <aside className="rs-card rs-detail" aria-label={`Details of ${entity.name}`} ref={panelRef} tabIndex={-1}>
    <header className="rs-detail-head">
      <div>
        <h2 className="rs-h2">{shortName(entity.name)}</h2>
        {entity.service !== entity.name && <span className="rs-muted rs-small">in {entity.service}</span>}
      </div>
      <span className="rs-detail-buttons">
        <CopyLink id={entity.id} />
        <Button variant="icon" iconName="close" ariaLabel="Close the details" onClick={onClose} />
      </span>
    </header>
    <Tabs
      ariaLabel="Details"
      activeTabId={tab}
      onChange={({ detail }) => onTab(detailTabs.find((id) => id === detail.activeTabId) ?? 'overview')}
      tabs={detailTabs.map((id) => ({ id, label: labelOf(id, entity, tree), content: id === tab ? contents[id](entity, tree, onSelect) : null }))}
    />
  </aside>
));
DetailPanel.displayName = 'DetailPanel';
