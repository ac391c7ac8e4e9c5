import { createContext, useContext } from 'react';

/** Where a trace is looked at: on the server that holds it, from a file on a server, or from an exported page, alone. */
export type Place = 'server' | 'file' | 'alone';

export const PlaceContext = createContext<Place>('server');

export const usePlace = (): Place => useContext(PlaceContext);
