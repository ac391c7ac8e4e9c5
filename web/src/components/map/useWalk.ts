import { useCallback, useEffect, useRef, useState, type FocusEvent, type KeyboardEvent, type RefObject } from 'react';
import type { Graph } from '../../graph/graph';
import type { Layout } from './layout';
import { isArrowKey, neighbourOf, nextCall } from './neighbour';

/** A node or an edge of a map, or neither. */
export interface Spot {
  node: string | null;
  edge: string | null;
}

export const nowhere: Spot = { node: null, edge: null };

/** What a map says of its keys to who hears it. */
export const keyWords =
  'Arrow keys go from service to service, E to the calls that a service makes and Shift E to those it gets; Enter shows figures, Escape closes them.';

/** spotOf is the node or edge that something on the map belongs to. */
export const spotOf = (target: EventTarget | null): Spot | null => {
  if (!(target instanceof Element)) return null;
  const { node, edge } = target.closest<HTMLElement | SVGElement>('[data-node], [data-edge]')?.dataset ?? {};
  return node === undefined && edge === undefined ? null : { node: node ?? null, edge: edge ?? null };
};

const isThere = (graph: Graph, { node, edge }: Spot): boolean => graph.nodes.some(({ key }) => key === node) || graph.edges.some(({ key }) => key === edge);

/** Where a key leads from a spot. */
const stepOf = (graph: Graph, layout: Layout, { node, edge }: Spot, key: string): Spot | null => {
  const call = graph.edges.find((one) => one.key === edge);
  const to = (found: string | null): Spot | null => (found === null ? null : { node: found, edge: null });
  const over = (found: string | null): Spot | null => (found === null ? null : { node: null, edge: found });
  if (key === 'e' || key === 'E') {
    const way = key === 'e' ? 'from' : 'to';
    const end = node ?? call?.[way];
    return end === undefined ? null : over(nextCall(graph, layout, end, way, edge));
  }
  if (!isArrowKey(key)) return null;
  if (node !== null) return to(neighbourOf(graph, layout, node, key));
  return to((key === 'ArrowLeft' ? call?.from : key === 'ArrowRight' ? call?.to : null) ?? null);
};

/**
 * useWalk leads the keyboard over the map, which has one stop of the Tab key: where it was last, else what is selected, else
 * where requests come in.
 */
export const useWalk = (container: RefObject<HTMLDivElement | null>, graph: Graph, layout: Layout, selected: Spot, reveal: (spot: Spot) => void) => {
  const [at, setAt] = useState(nowhere);
  const isLed = useRef(false);
  const entry = graph.nodes.find(({ isClient }) => isClient) ?? graph.nodes[0];
  const stop = [at, selected].find((spot) => isThere(graph, spot)) ?? { node: entry?.key ?? null, edge: null };

  // The label of an edge may only be there from now on.
  useEffect(() => {
    if (!isLed.current) return;
    isLed.current = false;
    const [name, key] = at.node === null ? ['edge', at.edge] : ['node', at.node];
    container.current?.querySelector<HTMLElement>(`button[data-${name}="${CSS.escape(key ?? '')}"]`)?.focus({ preventScroll: true });
  }, [at, container]);

  const onKey = useCallback(
    (event: KeyboardEvent): void => {
      const from = spotOf(event.target);
      if (from === null || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = stepOf(graph, layout, from, event.key);
      if (next === null && !isArrowKey(event.key)) return;
      event.preventDefault();
      // Pages have keys of one letter, too.
      event.stopPropagation();
      if (next === null) return;
      isLed.current = true;
      reveal(next);
      setAt(next);
    },
    [graph, layout, reveal],
  );

  const onFocus = useCallback((event: FocusEvent): void => {
    const spot = spotOf(event.target);
    if (spot !== null) setAt((old) => (old.node === spot.node && old.edge === spot.edge ? old : spot));
  }, []);

  return { stop, onKey, onFocus };
};
