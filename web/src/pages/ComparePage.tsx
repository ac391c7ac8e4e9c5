import '../styles/explorer.css';
import '../styles/compare.css';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useTraces } from '../api/queries';
import { CompareForm } from '../components/compare/CompareForm';
import { CompareTable } from '../components/compare/CompareTable';
import { CompareTotals } from '../components/compare/CompareTotals';
import { SimilarTraces } from '../components/compare/SimilarTraces';
import { Problem } from '../ui/Problem';
import { SkeletonRows } from '../ui/Skeleton';
import { diffOf } from '../trace/diff';
import { paths } from '../url/paths';
import { normalTraceId } from '../util/traceId';
import type { TraceTree } from '../trace/tree';
import { useTitle } from '../util/useTitle';

const Comparison = ({ a, b }: { a: TraceTree; b: TraceTree }) => {
  const rows = useMemo(() => diffOf(a, b), [a, b]);
  return (
    <>
      <CompareTotals a={a} b={b} rows={rows} />
      <CompareTable a={a} b={b} rows={rows} />
    </>
  );
};

const Missing = ({ ids }: { ids: string[] }) => (
  <p className="rs-note" role="alert">
    There is no trace {ids.join(' and no trace ')}. It may be too old, or its data has not arrived yet. <Link className="rs-link" to={paths.traces()}>Look for another one</Link>.
  </p>
);

const Loaded = ({ a, b }: { a: string; b: string }) => {
  const { data, error, refetch } = useTraces([a, b]);
  if (error !== null && data === undefined) return <Problem what="The traces could not be loaded" error={error} retry={refetch} />;
  if (data === undefined) return <SkeletonRows count={10} label="Loading the traces" />;
  const [first, second] = [data.get(a), data.get(b)];
  if (first === undefined || second === undefined) return <Missing ids={[...new Set([a, b])].filter((id) => !data.has(id))} />;
  return <Comparison a={first} b={second} />;
};

/** Two traces over each other: what was added, what is gone, what takes longer. */
const ComparePage = () => {
  useTitle('Compare traces');
  const [query, setQuery] = useSearchParams();
  const [a, b] = ['a', 'b'].map((name) => normalTraceId(query.get(name) ?? ''));
  const compare = (first: string, second: string): void => setQuery({ a: first, b: second });
  return (
    <>
      <div>
        <h1 className="rs-h1">Compare two traces</h1>
        <p className="rs-note">Calls are matched by their names and the names of what called them.</p>
      </div>
      <CompareForm key={`${a ?? ''} ${b ?? ''}`} a={query.get('a') ?? ''} b={query.get('b') ?? ''} onCompare={compare} />
      {a != null && <SimilarTraces key={`similar ${a} ${b ?? ''}`} a={a} b={b ?? null} />}
      {a != null && b != null && <Loaded a={a} b={b} />}
    </>
  );
};

export default ComparePage;
