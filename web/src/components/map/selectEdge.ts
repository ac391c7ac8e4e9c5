import { createContext } from 'react';

/** Selects an edge by its label. Not part of the edges' data: that would draw all of them again whenever the URL changes. */
export const SelectEdge = createContext<(key: string) => void>(() => undefined);
