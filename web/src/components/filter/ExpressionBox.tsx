import '../../styles/filter.css';
import Button from '@cloudscape-design/components/button';
import { lazy, Suspense, useState } from 'react';
import { api } from '../../api/client';
import type { ExpressionError } from '../../api/rayscope.gen';
import { Skeleton } from '../../ui/Skeleton';
import { windowOf, type TimeRange } from '../../util/range';

const ExpressionEditor = lazy(() => import('./ExpressionEditor'));

interface ExpressionBoxProps {
  /** What people read and hear the box is for. */
  label: string;
  applied: string;
  onApply: (expression: string) => void;
  /** Values that are offered come from its traces. */
  range: TimeRange;
  /** What the server said of the applied expression, if it refused it. */
  refused?: string | undefined;
}

const hint = 'All traces. For example: fault AND annotation.plan = "pro"';

/** Where a filter expression is written: names and values are offered, mistakes are shown where they are. */
export const ExpressionBox = ({ label, applied, onApply, range, refused }: ExpressionBoxProps) => {
  const [text, setText] = useState(applied);
  const [problem, setProblem] = useState<ExpressionError | null>(null);
  const complete = (Expression: string, Position: number, signal: AbortSignal) => {
    const { start, end } = windowOf(range, Date.now() / 1000);
    return api.complete({ StartTime: start, EndTime: end, Expression, Position }, signal);
  };
  const said = problem === null ? refused : `${problem.Column > 0 ? `At character ${problem.Column}: ` : ''}${problem.Message}`;
  return (
    <div className="rs-expression" data-wrong={said !== undefined}>
      <div className="rs-expression-line">
        <Suspense fallback={<Skeleton height={34} label="Loading the expression box" />}>
          <ExpressionEditor applied={applied} label={label} hint={hint} complete={complete} onChange={setText} onApply={onApply} onProblem={setProblem} />
        </Suspense>
        <Button onClick={() => onApply(text.trim())} disabled={text.trim() === applied} ariaLabel={`Apply: ${label}`}>
          Apply
        </Button>
        {applied !== '' && (
          <Button variant="icon" iconName="close" ariaLabel={`Clear: ${label}`} onClick={() => onApply('')} />
        )}
      </div>
      {said !== undefined && (
        <p className="rs-expression-problem" role="alert">
          {said}
        </p>
      )}
    </div>
  );
};
