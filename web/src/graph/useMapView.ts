import { mapCodec, type MapView } from './mapView';
import { useUrlState, type Change } from '../url/urlState';

export type ChangeMap = Change<MapView>;

/** useMapView reads the state of the map page from the URL and changes it there. */
export const useMapView = (): [MapView, ChangeMap] => useUrlState(mapCodec);
