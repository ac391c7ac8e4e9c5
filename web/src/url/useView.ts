import { useUrlState, type Change } from './urlState';
import { viewCodec, type View } from './view';

export type ChangeView = Change<View>;

/** useView reads the view from the URL and changes it there. */
export const useView = (): [View, ChangeView] => useUrlState(viewCodec);
