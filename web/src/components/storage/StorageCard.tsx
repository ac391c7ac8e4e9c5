import '../../styles/storage.css';
import { useStorage } from '../../api/checkQueries';
import type { StorageResponse } from '../../api/rayscope.gen';
import { Facts, type Fact } from '../../ui/Facts';
import { Problem } from '../../ui/Problem';
import { SkeletonRows } from '../../ui/Skeleton';
import { TimeText } from '../../ui/TimeText';
import { kindWords, sizeText } from '../../util/checks';
import { countText } from '../../util/format';
import { shareText } from '../../util/status';

const daysText = (seconds: number): string => (seconds >= 2 * 86400 ? `${Math.round(seconds / 86400)} days` : `${Math.round(seconds / 3600)} hours`);

/** The pace of some minutes says no more than two digits of a day. */
const perDay = (count: number | null): string => (count === null ? 'not known yet' : `about ${countText(Number(count.toPrecision(2)))} a day`);

const factsOf = (storage: StorageResponse): Fact[] => [
  { label: 'Kept for', value: daysText(storage.Retention) },
  { label: 'On disk', value: sizeText(storage.DiskBytes) },
  { label: 'Free', value: storage.FreeBytes === null ? 'not known' : sizeText(storage.FreeBytes) },
  { label: 'Oldest trace', value: storage.OldestTrace === null ? 'none' : <TimeText epoch={storage.OldestTrace} /> },
  { label: 'Traces', value: perDay(storage.TracesPerDay) },
  { label: 'Documents', value: perDay(storage.DocumentsPerDay) },
];

const Kinds = ({ kinds }: { kinds: StorageResponse['Kinds'] }) => {
  const total = kinds.reduce((sum, { Bytes }) => sum + Bytes, 0);
  return (
    <table className="rs-kinds">
      <caption className="rs-visually-hidden">Bytes on disk by what they hold</caption>
      <thead className="rs-visually-hidden">
        <tr>
          <th scope="col">What</th>
          <th scope="col">Bytes</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {kinds.map(({ Kind, Bytes }) => (
          <tr key={Kind}>
            <th scope="row">{kindWords[Kind] ?? Kind}</th>
            <td className="rs-num">{sizeText(Bytes)}</td>
            <td className="rs-kinds-share">
              <span className="rs-kinds-bar" aria-hidden="true">
                <span style={{ width: `${total === 0 ? 0 : (100 * Bytes) / total}%` }} />
              </span>
              {shareText(Bytes, total)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

/** What is kept, what it takes, and for how long there is room. */
export const StorageCard = () => {
  const { data, error, refetch } = useStorage();
  return (
    <section className="rs-card rs-pad rs-storage" aria-labelledby="rs-storage-title">
      <h2 id="rs-storage-title" className="rs-h2">
        Storage
      </h2>
      {error !== null && <Problem what="The storage could not be asked for" error={error} retry={refetch} />}
      {data === undefined && error === null && <SkeletonRows count={6} label="Loading the storage" />}
      {data !== undefined && (
        <>
          <p>{data.Forecast}</p>
          <Facts facts={factsOf(data)} />
          {data.Kinds.length > 0 && <Kinds kinds={data.Kinds} />}
        </>
      )}
    </section>
  );
};
