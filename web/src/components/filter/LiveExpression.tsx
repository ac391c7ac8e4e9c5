import '../../styles/filter.css';
import { lazy, Suspense } from 'react';
import { api } from '../../api/client';
import type { ExpressionError } from '../../api/rayscope.gen';
import { Skeleton } from '../../ui/Skeleton';

const ExpressionEditor = lazy(() => import('./ExpressionEditor'));

interface LiveExpressionProps {
  label: string;
  hint: string;
  initial: string;
  onText: (text: string) => void;
  onProblem: (problem: ExpressionError | null) => void;
  wrong: boolean;
}

/** Names and values that are offered are those of the last hour. */
const offeredSeconds = 3600;

/** A box for a filter expression whose text is told at each change: a field of a form. */
export const LiveExpression = ({ label, hint, initial, onText, onProblem, wrong }: LiveExpressionProps) => {
  const complete = (Expression: string, Position: number, signal: AbortSignal) => {
    const now = Math.floor(Date.now() / 1000);
    return api.complete({ StartTime: now - offeredSeconds, EndTime: now + 1, Expression, Position }, signal);
  };
  return (
    <div className="rs-expression" data-wrong={wrong}>
      <Suspense fallback={<Skeleton height={34} label="Loading the expression box" />}>
        <ExpressionEditor applied={initial} label={label} hint={hint} complete={complete} onChange={onText} onApply={onText} onProblem={onProblem} />
      </Suspense>
    </div>
  );
};
