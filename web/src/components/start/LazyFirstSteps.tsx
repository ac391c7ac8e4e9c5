import { lazy, Suspense } from 'react';
import { Skeleton } from '../../ui/Skeleton';

const FirstSteps = lazy(() => import('./FirstSteps').then((module) => ({ default: module.FirstSteps })));

/** FirstSteps for pages that seldom need it: most systems have traces. */
export const LazyFirstSteps = () => (
  <Suspense fallback={<Skeleton height={420} label="Loading the first steps" />}>
    <FirstSteps />
  </Suspense>
);
