import { useStorage } from '../../api/adminQueries';
import type { StorageResponse } from '../../api/rayscope.gen';
import { Facts } from '../../ui/Facts';
import { TimeText } from '../../ui/TimeText';
import { bytesText, durationText } from '../../util/format';
import { Card } from './Card';

const kindWords: Record<string, string> = {
  documents: 'documents of traces',
  digests: 'what lists and maps read',
  index: 'index for searches',
  rollups: 'sealed minutes of the map',
  settings: 'settings',
  log: 'not yet sorted, or not yet given back',
};

/** Retentions are days as a rule. */
const retentionText = (seconds: number): string => (seconds % 86_400 === 0 ? `${seconds / 86_400} days` : durationText(seconds));

const Kinds = ({ storage }: { storage: StorageResponse }) => (
  <table className="rs-admin-table" aria-label="Disk use by kind, estimated">
    <thead>
      <tr>
        <th scope="col">Kind</th>
        <th scope="col">On disk, about</th>
      </tr>
    </thead>
    <tbody>
      {storage.Kinds.map(({ Kind, Bytes }) => (
        <tr key={Kind}>
          <th scope="row">{kindWords[Kind] ?? Kind}</th>
          <td className="rs-admin-num">{bytesText(Bytes)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** How long traces are kept, and what they take. */
export const StorageCard = () => {
  const query = useStorage();
  const storage = query.data;
  return (
    <Card title="Storage" about="How long traces are kept, and what they take on disk. How long is set with --retention when the server starts." from={query}>
      {storage !== undefined && (
        <>
          <div className="rs-pad rs-stack">
            <p className="rs-note">{storage.Forecast}</p>
            <Facts
              facts={[
                { label: 'Kept for', value: retentionText(storage.Retention) },
                { label: 'On disk', value: bytesText(storage.DiskBytes) },
                ...(storage.FreeBytes === null ? [] : [{ label: 'Free', value: bytesText(storage.FreeBytes) }]),
                ...(storage.OldestTrace === null ? [] : [{ label: 'Oldest trace', value: <TimeText epoch={storage.OldestTrace} /> }]),
                ...(storage.FullTime === null ? [] : [{ label: 'Full at this rate', value: <TimeText epoch={storage.FullTime} /> }]),
              ]}
            />
          </div>
          {storage.Kinds.length > 0 && <Kinds storage={storage} />}
        </>
      )}
    </Card>
  );
};
