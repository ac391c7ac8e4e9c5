import Autosuggest from '@cloudscape-design/components/autosuggest';
import Button from '@cloudscape-design/components/button';
import Select from '@cloudscape-design/components/select';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import { useMemo, useState } from 'react';
import { countOf } from '../../util/format';
import type { Graph } from '../../graph/graph';
import { directions, hopChoices, nodeSizes, unselected, type Direction, type Hops, type MapView, type NodeSize } from '../../graph/mapView';
import { describeType } from '../../util/nodeType';
import type { ChangeMap } from '../../graph/useMapView';
import { titleOf } from './model';

const sizeWords: Record<NodeSize, string> = { same: 'Same size', traffic: 'Size by traffic', health: 'Size by trouble' };
const hopWords: Record<Hops, string> = { '1': '1 call', '2': '2 calls', '3': '3 calls', all: 'All calls' };
const directionWords: Record<Direction, string> = { both: 'Both ways', up: 'Who calls it', down: 'What it calls' };

const optionsOf = <T extends string>(values: readonly T[], words: Record<T, string>) => values.map((value) => ({ value, label: words[value] }));

interface MapBarProps {
  /** All of the map, focused or not. */
  graph: Graph;
  view: MapView;
  change: ChangeMap;
}

/** Finds a service on the map and goes to it. */
const FindNode = ({ graph, change }: Omit<MapBarProps, 'view'>) => {
  const [value, setValue] = useState('');
  const options = useMemo(() => graph.nodes.map((node) => ({ value: node.key, label: titleOf(node), description: describeType(node.type).words })), [graph]);
  const go = (text: string): void => {
    const wanted = text.trim().toLowerCase();
    const found = options.find(({ value: key }) => key === text) ?? options.find(({ label }) => wanted !== '' && label.toLowerCase().includes(wanted));
    if (found === undefined) return;
    change({ ...unselected, node: found.value });
    setValue('');
  };
  return (
    <div className="rs-mapbar-find">
      <Autosuggest
        ariaLabel="Find a service on the map"
        placeholder="Find a service"
        value={value}
        options={options}
        virtualScroll
        empty="No service of this name is on the map."
        enteredTextLabel={(text) => `Find “${text}”`}
        onChange={({ detail }) => {
          if (!options.some((option) => option.value === detail.value)) setValue(detail.value);
        }}
        onSelect={({ detail }) => go(detail.value)}
      />
    </div>
  );
};

/** How far from a service the map goes. */
const Focus = ({ graph, view, change }: MapBarProps) => {
  const node = graph.nodes.find(({ key }) => key === view.focus);
  if (view.focus === null) return null;
  const hops = optionsOf(hopChoices, hopWords);
  const ways = optionsOf(directions, directionWords);
  return (
    <div className="rs-mapbar-focus" role="group" aria-label="Part of the map">
      <span>{node === undefined ? 'The chosen service had no requests, so all is shown' : <>Around <strong>{titleOf(node)}</strong></>}</span>
      <Select
        ariaLabel="How far"
        selectedOption={hops.find(({ value }) => value === view.hops) ?? null}
        options={hops}
        onChange={({ detail }) => change({ hops: hopChoices.find((hop) => hop === detail.selectedOption.value) ?? '1' })}
      />
      <Select
        ariaLabel="Which way"
        selectedOption={ways.find(({ value }) => value === view.direction) ?? null}
        options={ways}
        onChange={({ detail }) => change({ direction: directions.find((way) => way === detail.selectedOption.value) ?? 'both' })}
      />
      <Button onClick={() => change({ focus: null })}>Show all</Button>
    </div>
  );
};

/** Chooses what of the map is shown, and how. */
export const MapBar = (props: MapBarProps) => (
  <div className="rs-mapbar">
    <FindNode graph={props.graph} change={props.change} />
    <Focus {...props} />
    <span className="rs-mapbar-end">
      <span className="rs-muted rs-small" role="status">
        {countOf(props.graph.nodes.length, 'node')}, {countOf(props.graph.edges.length, 'arrow')}
      </span>
      <SegmentedControl
        label="Size of nodes"
        selectedId={props.view.size}
        options={nodeSizes.map((id) => ({ id, text: sizeWords[id] }))}
        onChange={({ detail }) => props.change({ size: nodeSizes.find((size) => size === detail.selectedId) ?? 'same' }, { replace: true })}
      />
    </span>
  </div>
);
