import Table from '@cloudscape-design/components/table';
import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import type { TraceSummary } from '../../api/types';
import { paths } from '../../util/paths';
import { columnsFor } from './columns';

/** The list of traces; a click anywhere on a row opens it. */
export const TraceTable = ({ traces, slowest }: { traces: TraceSummary[]; slowest: number }) => {
  const navigate = useNavigate();
  const columns = useMemo(() => columnsFor(slowest), [slowest]);
  return (
    <div className="rs-tablebox">
    <Table
      variant="borderless"
      contentDensity="compact"
      resizableColumns
      stickyHeader
      items={traces}
      trackBy="Id"
      columnDefinitions={columns}
      onRowClick={({ detail }) => void navigate(paths.trace(detail.item.Id))}
      ariaLabels={{ tableLabel: 'Traces' }}
    />
    </div>
  );
};
