import Pagination from '@cloudscape-design/components/pagination';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useMemo, useState } from 'react';
import { callsOf, type CallGroup } from '../../trace/calls';
import { countText, durationText } from '../../util/format';
import { shortName } from '../../util/nodeType';
import { shareText } from '../../util/status';
import type { TraceTiming } from '../../trace/timing';
import type { TraceTree } from '../../trace/tree';
import { useWide } from '../../util/useWide';

interface CallTableProps {
  tree: TraceTree;
  timing: TraceTiming;
  onShow: (id: string, name: string) => void;
}

const pageSize = 50;

const ShareCell = ({ share }: { share: number }) => (
  <span className="rs-share">
    <span className="rs-share-bar" aria-hidden="true">
      <span style={{ width: `${share * 100}%` }} />
    </span>
    {shareText(share, 1)}
  </span>
);

type Column = TableProps.ColumnDefinition<CallGroup>;

const number = (id: keyof CallGroup, header: string, width: number, cell: (group: CallGroup) => React.ReactNode): Column => ({ id, header, width, minWidth: 70, sortingField: id, cell });

const columnsFor = (tree: TraceTree, onShow: CallTableProps['onShow']): Column[] => [
  {
    id: 'name',
    header: 'Name',
    width: 200,
    isRowHeader: true,
    sortingField: 'name',
    cell: ({ name, of, slowest, isSegment, service }) => (
      <button type="button" className="rs-linkbutton rs-callname" title={`${name}${of === null ? '' : ` of ${of}`}: show its calls in the timeline`} onClick={() => onShow(slowest, name)}>
        <span className="rs-dot" data-call={!isSegment} style={{ background: `var(--rs-span-${tree.services.indexOf(service) % 8})` }} />
        {shortName(name)}
        {of !== null && <span className="rs-muted">of {shortName(of)}</span>}
      </button>
    ),
  },
  { id: 'service', header: 'Service', width: 150, sortingField: 'service', cell: ({ service }) => service },
  number('calls', 'Calls', 96, ({ calls }) => countText(calls)),
  number('failures', 'Failed', 104, ({ failures }) => (failures === 0 ? <span className="rs-muted">–</span> : <span className="rs-failures">{countText(failures)}</span>)),
  number('total', 'Total', 100, ({ total }) => durationText(total)),
  number('self', 'Itself', 104, ({ self }) => durationText(self)),
  number('share', 'Share', 130, ({ share }) => <ShareCell share={share} />),
  number('average', 'Average', 118, ({ average }) => durationText(average)),
  number('max', 'Longest', 118, ({ max }) => durationText(max)),
];

interface Sorting {
  field: keyof CallGroup;
  descending: boolean;
}

/** first puts columns at the front: what matters most, where there is no room for all. */
const first = (columns: Column[], ...ids: string[]): Column[] => [...ids.flatMap((id) => columns.filter((column) => column.id === id)), ...columns.filter(({ id }) => !ids.includes(id ?? ''))];

const sortedBy = (groups: CallGroup[], { field, descending }: Sorting): CallGroup[] => {
  const direction = descending ? -1 : 1;
  return groups.toSorted((a, b) => {
    const [x, y] = [a[field], b[field]];
    return direction * (typeof x === 'string' ? x.localeCompare(String(y)) : Number(x) - Number(y));
  });
};

/** Where the time went by service and name. */
const CallTable = ({ tree, timing, onShow }: CallTableProps) => {
  const [sorting, setSorting] = useState<Sorting>({ field: 'self', descending: true });
  const [page, setPage] = useState(1);
  const groups = useMemo(() => callsOf(tree, timing), [tree, timing]);
  const sorted = useMemo(() => sortedBy(groups, sorting), [groups, sorting]);
  const wide = useWide();
  const columns = useMemo(() => (wide ? columnsFor(tree, onShow) : first(columnsFor(tree, onShow), 'name', 'share')), [tree, onShow, wide]);
  return (
    <div className="rs-calltable">
      <Table
        variant="borderless"
        contentDensity="compact"
        resizableColumns
        items={sorted.slice((page - 1) * pageSize, page * pageSize)}
        trackBy="key"
        columnDefinitions={columns}
        sortingColumn={{ sortingField: sorting.field }}
        sortingDescending={sorting.descending}
        onSortingChange={({ detail }) => {
          setPage(1);
          setSorting({ field: (detail.sortingColumn.sortingField ?? 'self') as keyof CallGroup, descending: detail.isDescending ?? false });
        }}
        ariaLabels={{ tableLabel: 'Calls by service and name' }}
        pagination={groups.length > pageSize ? <Pagination currentPageIndex={page} pagesCount={Math.ceil(groups.length / pageSize)} onChange={({ detail }) => setPage(detail.currentPageIndex)} ariaLabels={{ nextPageLabel: 'Next page', previousPageLabel: 'Previous page', pageLabel: (n) => `Page ${n}` }} /> : undefined}
      />
    </div>
  );
};

export default CallTable;
