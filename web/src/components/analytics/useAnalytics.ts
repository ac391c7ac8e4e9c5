import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { analyticsCodec, noSelection, type Analytics } from '../../url/analytics';
import { allOf } from '../../util/expression';
import { paths } from '../../url/paths';
import { useUrlState, type Change } from '../../url/urlState';
import { useView, type ChangeView } from '../../url/useView';
import type { View } from '../../url/view';

/** What people do with an expression or a part of a chart, wherever on the page they find it. */
export interface Acts {
  /** Makes it the whole selection. */
  select: (part: Partial<Analytics>) => void;
  /** Selects less of what is selected. */
  narrow: (expression: string) => void;
  compare: (expression: string) => void;
  /** Looks at nothing else from now on. */
  only: (expression: string) => void;
  /** Changes scope and selection at once, as one step back in the browser's history. */
  go: (view: Partial<View>, part: Partial<Analytics>) => void;
}

export interface AnalyticsPlace {
  view: View;
  changeView: ChangeView;
  state: Analytics;
  change: Change<Analytics>;
  acts: Acts;
}

/** useAnalytics is all that the page's URL says, with the ways to change it. */
export const useAnalytics = (): AnalyticsPlace => {
  const [view, changeView] = useView();
  const [state, change] = useUrlState(analyticsCodec);
  const navigate = useNavigate();
  const acts = useMemo(
    (): Acts => ({
      select: (part) => change({ ...noSelection, ...part }),
      narrow: (expression) => change({ select: allOf(state.select, expression) }),
      compare: (compare) => change({ compare }),
      only: (expression) => changeView({ filter: allOf(view.filter, expression) }),
      go: (scope, part) => void navigate(paths.analytics({ ...view, ...scope }, { ...state, ...part })),
    }),
    [view, changeView, state, change, navigate],
  );
  return { view, changeView, state, change, acts };
};
