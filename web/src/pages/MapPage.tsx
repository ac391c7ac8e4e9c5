import '../styles/panel.css';
import '../styles/mapbar.css';
import Button from '@cloudscape-design/components/button';
import { useCallback, useEffect, useMemo } from 'react';
import { Navigate } from 'react-router';
import { useServiceGraph, type WindowGraph } from '../api/mapQueries';
import { useNewestTrace } from '../api/queries';
import { FilterBar } from '../components/filter/FilterBar';
import { ExportButtons } from '../components/map/ExportButtons';
import { Legend } from '../components/map/Legend';
import { MapBar } from '../components/map/MapBar';
import { MapHeadline } from '../components/map/MapHeadline';
import { warmLayout } from '../components/map/layout';
import { perMinute, type Drawing } from '../components/map/model';
import { SelectionPanel } from '../components/map/SelectionPanel';
import { ServiceMap, type MapSelection } from '../components/map/ServiceMap';
import { ServiceTable } from '../components/map/ServiceTable';
import { NoData } from '../components/NoData';
import { TimeControls } from '../components/TimeControls';
import { Problem } from '../ui/Problem';
import { Skeleton } from '../ui/Skeleton';
import { countOf, localText } from '../util/format';
import type { Graph } from '../graph/graph';
import { around } from '../graph/graphParts';
import { unselected, type MapView } from '../graph/mapView';
import { paths } from '../url/paths';
import { summaryOf } from '../graph/summary';
import { useMapView, type ChangeMap } from '../graph/useMapView';
import { useTitle } from '../util/useTitle';

const minutesOf = ({ window }: WindowGraph): number => (window.end - window.start) / 60;

interface MapBodyProps {
  data: WindowGraph;
  view: MapView;
  change: ChangeMap;
}

/** What a saved picture says below its title. */
const captionOf = ({ window }: WindowGraph, { filter, group }: MapView): string =>
  [`${localText(window.start)} to ${localText(window.end)}`, group === '' ? '' : `group ${group}`, filter === '' ? '' : `only traces that match ${filter}`]
    .filter((part) => part !== '')
    .join('; ');

/** Says how much a filtered map is of. */
const Seen = ({ seen }: { seen: WindowGraph['seen'] }) =>
  seen === null ? null : (
    <p className="rs-note" role="status">
      The map of {countOf(seen.TracesMatched, 'matching trace')}. {seen.StoppedBecause !== null && `At least: ${seen.StoppedBecause}`}
    </p>
  );

const MapBody = ({ data, view, change }: MapBodyProps) => {
  const minutes = minutesOf(data);
  const graph: Graph = useMemo(() => around(data.graph, view.focus, view.hops, view.direction), [data.graph, view.focus, view.hops, view.direction]);
  const amountOf = useMemo(() => perMinute(minutes), [minutes]);
  const select = useCallback((selection: MapSelection) => change({ ...unselected, ...selection }), [change]);
  const selectNode = useCallback((node: string) => select({ node, edge: null }), [select]);
  const caption = captionOf(data, view);
  const isOpen = data.graph.nodes.some(({ key }) => key === view.node) || data.graph.edges.some(({ key }) => key === view.edge);
  const scope = JSON.stringify([view.range, view.filter, view.group, view.focus, view.hops, view.direction]);
  const tools = (drawing: Drawing) => <ExportButtons graph={graph} drawing={drawing} title="Service map" subtitle={caption} />;
  return (
    <>
      <MapBar graph={data.graph} view={view} change={change} />
      <div className="rs-mapgrid" data-panel={isOpen}>
        <div className="rs-card rs-mapbox">
          <div className="rs-maproom">
            <ServiceMap graph={graph} amountOf={amountOf} selected={view} onSelect={select} label="Service map" size={view.size} scope={scope} tools={tools} />
          </div>
          <Legend />
        </div>
        {isOpen && <SelectionPanel graph={data.graph} minutes={minutes} view={view} change={change} />}
      </div>
      <ServiceTable graph={graph} minutes={minutes} selected={view.node} onSelect={selectNode} />
    </>
  );
};

const EmptyMap = ({ view, change }: { view: MapView; change: ChangeMap }) => {
  const newest = useNewestTrace(null);
  if (newest.isPending) return <Skeleton height={420} label="Looking for traces" />;
  if (newest.error !== null) return <Problem what="Rayscope could not be asked for its traces" error={newest.error} retry={newest.refetch} />;
  if (newest.data == null) return <Navigate to={paths.start()} replace />;
  return <NoData range={view.range} newest={newest.data.StartTime} onRange={(range) => change({ range })} />;
};

/** There are traces, but none of them is asked for. */
const NoMatch = ({ view, change }: { view: MapView; change: ChangeMap }) => (
  <div className="rs-card rs-empty">
    <h2 className="rs-h2">No trace {view.filter === '' ? `of the group ${view.group}` : 'matches'} in this time</h2>
    <p>Choose a longer time, or ask for less.</p>
    <Button variant="primary" onClick={() => change({ filter: '', group: '' })}>
      Show all traces
    </Button>
  </div>
);

/** The service map: what is there, what is slow, what is broken. */
const MapPage = () => {
  useTitle('Service map');
  useEffect(warmLayout, []);
  const [view, change] = useMapView();
  const { data, error, isFetching, refetch } = useServiceGraph(view);
  const summary = useMemo(() => (data === undefined ? null : summaryOf(data.graph, minutesOf(data))), [data]);
  const isEmpty = data?.graph.nodes.length === 0;
  const isNarrowed = view.filter !== '' || view.group !== '';
  const refused = error !== null && view.filter !== '' ? error.message : undefined;
  const Nothing = isNarrowed ? NoMatch : EmptyMap;
  return (
    <>
      <div className="rs-pagehead">
        <h1 className="rs-h1">Service map</h1>
        <TimeControls view={view} change={change} refresh={refetch} refreshing={isFetching} />
      </div>
      {summary !== null && !isEmpty && <MapHeadline summary={summary} range={view.range} onSelect={(node) => change({ ...unselected, node })} />}
      <FilterBar view={view} change={change} refused={refused} />
      {error !== null && refused === undefined && <Problem what="The service map could not be loaded" error={error} retry={refetch} />}
      {data === undefined && error === null && <Skeleton height={480} label="Loading the service map" />}
      {data !== undefined && error === null && <Seen seen={data.seen} />}
      {data !== undefined && (isEmpty ? <Nothing view={view} change={change} /> : <MapBody data={data} view={view} change={change} />)}
    </>
  );
};

export default MapPage;
