import type { Band } from '../ui/chart/histogramOption';
import { countedClasses, type CountedClass } from '../util/status';
import type { Codec } from '../url/urlState';
import { viewCodec, type View } from '../url/view';

export const nodeSizes = ['same', 'traffic', 'health'] as const;
/** What the size of a node stands for. */
export type NodeSize = (typeof nodeSizes)[number];

export const hopChoices = ['1', '2', '3', 'all'] as const;
export type Hops = (typeof hopChoices)[number];

export const directions = ['both', 'up', 'down'] as const;
/** From a node to whoever calls it (up), to what it calls (down), or both ways. */
export type Direction = (typeof directions)[number];

/** What the map page shows beside the view that all pages share. */
export interface MapView extends View {
  size: NodeSize;
  /** Key of the node that the map is narrowed to the surroundings of. */
  focus: string | null;
  hops: Hops;
  direction: Direction;
  /** Of the selected node or edge: response times and results that links to its traces ask for; empty: all. */
  band: Band | null;
  only: CountedClass[];
}

export const unselected = { node: null, edge: null, band: null, only: [] } satisfies Partial<MapView>;

const oneOf = <T extends string>(options: readonly T[], text: string | null): T => options.find((option) => option === text) ?? (options[0] as T);

const bandPattern = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)?$/;

const readBand = (text: string | null): Band | null => {
  const match = bandPattern.exec(text ?? '');
  if (match === null) return null;
  const band = { from: Number(match[1]), to: match[2] === undefined ? Infinity : Number(match[2]) };
  return band.to > band.from ? band : null;
};

const writeBand = ({ from, to }: Band): string => `${from}-${to === Infinity ? '' : to}`;

/** The whole state of the map page in one codec, so that a choice which changes several parts is one step of the history. */
export const mapCodec: Codec<MapView> = {
  keys: [...viewCodec.keys, 'size', 'focus', 'hops', 'dir', 'band', 'only'],
  read: (query) => {
    const only = new Set((query.get('only') ?? '').split(','));
    return {
      ...viewCodec.read(query),
      size: oneOf(nodeSizes, query.get('size')),
      focus: query.get('focus'),
      hops: oneOf(hopChoices, query.get('hops')),
      direction: oneOf(directions, query.get('dir')),
      band: readBand(query.get('band')),
      only: countedClasses.filter((name) => only.has(name)),
    };
  },
  write: (view, query) => {
    viewCodec.write(view, query);
    if (view.size !== 'same') query.set('size', view.size);
    if (view.focus !== null) {
      query.set('focus', view.focus);
      if (view.hops !== '1') query.set('hops', view.hops);
      if (view.direction !== 'both') query.set('dir', view.direction);
    }
    if (view.band !== null) query.set('band', writeBand(view.band));
    if (view.only.length > 0) query.set('only', view.only.join(','));
  },
};
