import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { Problem } from '../../ui/Problem';
import { countOf, countText } from '../../util/format';
import { exportBound, type ExportState, type useExport } from './useExport';

type Export = ReturnType<typeof useExport>;

/** The menu that begins an export. */
export const ExportMenu = ({ state, begin }: Export) => (
  <ButtonDropdown
    loading={state.kind === 'reading'}
    loadingText="Exporting"
    items={[
      { id: 'csv', text: 'As CSV, for a spreadsheet' },
      { id: 'json', text: 'As JSON, with everything known' },
    ]}
    onItemClick={({ detail }) => void begin(detail.id === 'csv' ? 'csv' : 'json')}
  >
    Export
  </ButtonDropdown>
);

const doneText = ({ count, bounded }: Extract<ExportState, { kind: 'done' }>): string =>
  bounded ? `The file has the ${countText(exportBound)} newest traces, which is the most. Narrow the filter or the time to get the others.` : `The file has all ${countOf(count, 'trace')}.`;

/** How far an export has come, with the way to stop it. */
export const ExportProgress = ({ state, begin, close, total }: Export & { total: number | null }) => {
  if (state.kind === 'idle') return null;
  if (state.kind === 'failed') return <Problem what="The traces could not be exported" error={state.error} retry={() => begin(state.format)} />;
  const most = Math.min(exportBound, total ?? exportBound);
  return (
    <div className="rs-export" role="status">
      {state.kind === 'reading' ? (
        <>
          <progress max={most} value={state.count} aria-label="Export" />
          {countText(state.count)} of {countText(most)} read
        </>
      ) : (
        doneText(state)
      )}
      <Button variant="inline-link" onClick={close}>
        {state.kind === 'reading' ? 'Cancel' : 'Close'}
      </Button>
    </div>
  );
};
