import { useEffect, useRef, useState } from 'react';
import { readSummaries } from '../../api/traceList';
import type { TraceSummary } from '../../api/types';
import type { Window } from '../../util/range';
import { saveFile } from '../../util/saveFile';
import { csvOf } from '../../util/traceRecord';

/** The most traces that a file gets: a browser holds them all in memory, and a spreadsheet opens no more with pleasure. */
export const exportBound = 10_000;

export type ExportFormat = 'csv' | 'json';

export type ExportState =
  | { kind: 'idle' }
  | { kind: 'reading'; count: number }
  | { kind: 'done'; count: number; bounded: boolean }
  | { kind: 'failed'; format: ExportFormat; error: Error };

const write = (format: ExportFormat, traces: TraceSummary[]): void => {
  const name = `traces-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${format}`;
  if (format === 'csv') saveFile(name, 'text/csv', csvOf(traces));
  else saveFile(name, 'application/json', `${JSON.stringify(traces, null, 1)}\n`);
};

/** readAll reads what matches, up to the bound, and says as it goes how much it has. */
const readAll = async (pages: AsyncIterable<TraceSummary[]>, onCount: (count: number) => void): Promise<{ traces: TraceSummary[]; bounded: boolean }> => {
  const traces: TraceSummary[] = [];
  for await (const page of pages) {
    traces.push(...page);
    if (traces.length > exportBound) return { traces: traces.slice(0, exportBound), bounded: true };
    onCount(traces.length);
  }
  return { traces, bounded: false };
};

/** useExport writes all traces that match to a file, page by page. */
export const useExport = (window: Window | null, filter: string) => {
  const [state, setState] = useState<ExportState>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const begin = async (format: ExportFormat): Promise<void> => {
    if (window === null) return;
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    setState({ kind: 'reading', count: 0 });
    try {
      const { traces, bounded } = await readAll(readSummaries(window, filter, own.signal), (count) => setState({ kind: 'reading', count }));
      if (own.signal.aborted) return;
      write(format, traces);
      setState({ kind: 'done', count: traces.length, bounded });
    } catch (error) {
      if (!own.signal.aborted) setState({ kind: 'failed', format, error: error instanceof Error ? error : new Error(String(error)) });
    }
  };
  const close = (): void => {
    running.current?.abort();
    setState({ kind: 'idle' });
  };
  return { state, begin, close };
};
