import '../styles/panel.css';
import { useCallback, useEffect, useMemo } from 'react';
import { Navigate } from 'react-router';
import { useNewestTrace, useServiceGraph, type WindowGraph } from '../api/queries';
import { Legend } from '../components/map/Legend';
import { MapHeadline } from '../components/map/MapHeadline';
import { warmLayout } from '../components/map/layout';
import { perMinute } from '../components/map/model';
import { SelectionPanel } from '../components/map/SelectionPanel';
import { ServiceMap, type MapSelection } from '../components/map/ServiceMap';
import { ServiceTable } from '../components/map/ServiceTable';
import { NoData } from '../components/NoData';
import { TimeControls } from '../components/TimeControls';
import { Problem } from '../ui/Problem';
import { Skeleton } from '../ui/Skeleton';
import { paths } from '../util/paths';
import { summaryOf } from '../util/summary';
import { useTitle } from '../util/useTitle';
import { useView, type ChangeView } from '../util/useView';
import type { View } from '../util/view';

const minutesOf = ({ window }: WindowGraph): number => (window.end - window.start) / 60;

interface MapBodyProps {
  data: WindowGraph;
  view: View;
  change: ChangeView;
}

const MapBody = ({ data, view, change }: MapBodyProps) => {
  const { graph } = data;
  const minutes = minutesOf(data);
  const amountOf = useMemo(() => perMinute(minutes), [minutes]);
  const select = useCallback((selection: MapSelection) => change(selection), [change]);
  const panel = <SelectionPanel graph={graph} minutes={minutes} view={view} onSelect={select} />;
  const isOpen = graph.nodes.some(({ key }) => key === view.node) || graph.edges.some(({ key }) => key === view.edge);
  return (
    <>
      <div className="rs-mapgrid" data-panel={isOpen}>
        <div className="rs-card rs-mapbox">
          <div className="rs-maproom">
            <ServiceMap graph={graph} amountOf={amountOf} selected={view} onSelect={select} label="Service map" />
          </div>
          <Legend />
        </div>
        {isOpen && panel}
      </div>
      <ServiceTable graph={graph} minutes={minutes} selected={view.node} onSelect={(node) => change({ node, edge: null })} />
    </>
  );
};

const EmptyMap = ({ view, change }: { view: View; change: ChangeView }) => {
  const newest = useNewestTrace(null);
  if (newest.isPending) return <Skeleton height={420} label="Looking for traces" />;
  if (newest.error !== null) return <Problem what="Rayscope could not be asked for its traces" error={newest.error} retry={newest.refetch} />;
  if (newest.data == null) return <Navigate to={paths.start()} replace />;
  return <NoData range={view.range} newest={newest.data.StartTime} onRange={(range) => change({ range })} />;
};

/** The service map: what is there, what is slow, what is broken. */
const MapPage = () => {
  useTitle('Service map');
  useEffect(warmLayout, []);
  const [view, change] = useView();
  const { data, error, isFetching, refetch } = useServiceGraph(view.range, view.live);
  const summary = useMemo(() => (data === undefined ? null : summaryOf(data.graph, minutesOf(data))), [data]);
  const isEmpty = data?.graph.nodes.length === 0;
  return (
    <>
      <div className="rs-pagehead">
        <div>
          <h1 className="rs-h1">Service map</h1>
          {summary !== null && !isEmpty && <MapHeadline summary={summary} range={view.range} onSelect={(node) => change({ node, edge: null })} />}
        </div>
        <TimeControls view={view} change={change} refresh={refetch} refreshing={isFetching} />
      </div>
      {error !== null && <Problem what="The service map could not be loaded" error={error} retry={refetch} />}
      {data === undefined && error === null && <Skeleton height={480} label="Loading the service map" />}
      {data !== undefined && (isEmpty ? <EmptyMap view={view} change={change} /> : <MapBody data={data} view={view} change={change} />)}
    </>
  );
};

export default MapPage;
