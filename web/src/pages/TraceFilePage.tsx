import '../styles/explorer.css';
import Alert from '@cloudscape-design/components/alert';
import { useState } from 'react';
import type { Trace } from '../api/types';
import { DropZone } from '../components/file/DropZone';
import { PlaceContext } from '../components/trace/place';
import { TraceView } from '../components/trace/TraceView';
import { checkSize, titleOf, tracesIn } from '../trace/traceFile';
import { treeOf, type TraceTree } from '../trace/tree';
import { useTitle } from '../util/useTitle';
import { useView } from '../url/useView';

interface Opened {
  name: string;
  traces: Trace[];
  chosen: number;
  tree: TraceTree;
}

const opened = (name: string, traces: Trace[], chosen: number): Opened => {
  const trace = traces[chosen];
  if (trace === undefined) throw new Error(`${name} has no trace ${chosen + 1}`);
  return { name, traces, chosen, tree: treeOf(trace) };
};

const read = async (file: File): Promise<Opened> => {
  checkSize(file.size);
  return opened(file.name, tracesIn(await file.text()), 0);
};

const Choice = ({ file, onChoose }: { file: Opened; onChoose: (index: number) => void }) => (
  <label className="rs-filecheck">
    {file.name} holds {file.traces.length} traces:
    <select className="rs-select" value={file.chosen} onChange={(event) => onChoose(Number(event.target.value))}>
      {file.traces.map((trace, i) => (
        <option key={i} value={i}>
          {titleOf(trace)}
        </option>
      ))}
    </select>
  </label>
);

/** A trace out of a file. It stays in the browser; the server is asked for nothing. */
const TraceFilePage = () => {
  useTitle('Trace from a file');
  const [, change] = useView();
  const [file, setFile] = useState<Opened | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const show = (next: Opened): void => {
    // A row of another trace means nothing here.
    change({ row: null, zoom: null, find: '' }, { replace: true });
    setProblem(null);
    setFile(next);
  };
  const open = (chosen: File): void => {
    read(chosen).then(show, (cause: unknown) => setProblem(`${chosen.name}: ${cause instanceof Error ? cause.message : String(cause)}`));
  };
  return (
    <PlaceContext value="file">
      {file === null && <h1 className="rs-h1">Open a trace from a file</h1>}
      <DropZone small={file !== null} onFile={open} />
      {problem !== null && (
        <Alert type="error" header="The file could not be opened">
          {problem}
        </Alert>
      )}
      {file !== null && file.traces.length > 1 && <Choice file={file} onChoose={(index) => show(opened(file.name, file.traces, index))} />}
      {file !== null && <TraceView key={file.tree.id} tree={file.tree} />}
    </PlaceContext>
  );
};

export default TraceFilePage;
